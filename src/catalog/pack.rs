//! The catalogue and the guide in the form that the program carries: their texts in one string each,
//! everything else in postcard's bytes.
//!
//! Texts are kept apart because most of them are not looked at in a session: those pages of the
//! program are never loaded, and nothing is copied or checked at start but the lengths.

use std::cell::{Cell, RefCell};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::model::Text;

thread_local! {
    /// The texts written so far.
    static WRITTEN: RefCell<String> = const { RefCell::new(String::new()) };
    /// The texts not read yet. They are read in the order in which they were written.
    static UNREAD: Cell<&'static str> = const { Cell::new("") };
}

/// The structure and the texts. For `build.rs`, and for those who make catalogues to build in.
pub fn pack<T: Serialize>(whole: &T) -> Result<(Vec<u8>, String), postcard::Error> {
    WRITTEN.take();
    let structure = postcard::to_allocvec(whole)?;
    Ok((structure, WRITTEN.take()))
}

/// The same again, its texts borrowed.
pub fn unpack<T: DeserializeOwned>(structure: &[u8], texts: &'static str) -> Result<T, postcard::Error> {
    UNREAD.set(texts);
    let whole = postcard::from_bytes(structure)?;
    match UNREAD.take() {
        "" => Ok(whole),
        _ => Err(postcard::Error::DeserializeUnexpectedEnd),
    }
}

/// A text is its length; the text itself goes with the others.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        WRITTEN.with_borrow_mut(|all| all.push_str(self));
        self.len().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        let length = usize::deserialize(deserializer)?;
        let (text, rest) = UNREAD
            .get()
            .split_at_checked(length)
            .ok_or_else(|| serde::de::Error::custom("a text that is not there"))?;
        UNREAD.set(rest);
        Ok(Text::from(text))
    }
}
