//! The catalogue and the guide in the form that the program carries: their texts in one string each,
//! everything else in postcard's bytes.
//!
//! Texts are kept apart because most of them are not looked at in a session: those pages of the
//! program are never loaded, and nothing is copied or checked at start but the lengths.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::model::Text;

thread_local! {
    /// The texts written so far.
    static WRITTEN: RefCell<String> = const { RefCell::new(String::new()) };
    /// The texts not read yet. They are read in the order in which they were written.
    static UNREAD: Cell<&'static str> = const { Cell::new("") };
    /// The structure that is being read.
    static STRUCTURE: Cell<&'static [u8]> = const { Cell::new(&[]) };
}

/// The structure and the texts. For `build.rs`, and for those who make catalogues to build in.
pub fn pack<T: Serialize>(whole: &T) -> Result<(Vec<u8>, String), postcard::Error> {
    WRITTEN.take();
    let structure = postcard::to_allocvec(whole)?;
    Ok((structure, WRITTEN.take()))
}

/// The same again, its texts borrowed.
pub fn unpack<T: DeserializeOwned>(
    structure: &'static [u8],
    texts: &'static str,
) -> Result<T, postcard::Error> {
    UNREAD.set(texts);
    STRUCTURE.set(structure);
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

/// A list that is decoded when it is first looked at. Most of the steps and relations of a catalogue are
/// not looked at before the first frame, nor later in the session.
#[derive(Clone)]
pub struct Late<T> {
    items: OnceLock<Vec<T>>,
    /// The list's own bytes and texts.
    packed: (&'static [u8], &'static str),
}

impl<T> From<Vec<T>> for Late<T> {
    fn from(items: Vec<T>) -> Late<T> {
        Late { items: OnceLock::from(items), packed: (&[], "") }
    }
}

impl<T: DeserializeOwned> Deref for Late<T> {
    type Target = [T];
    fn deref(&self) -> &[T] {
        // `build.rs` decodes the same bytes, so there is nothing to go wrong; a damaged program would
        // show no steps rather than none of ATLAS.
        self.items.get_or_init(|| unpack(self.packed.0, self.packed.1).unwrap_or_default())
    }
}

impl<T: DeserializeOwned> DerefMut for Late<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        let _ = &**self;
        self.items.get_mut().map(Vec::as_mut_slice).unwrap_or_default()
    }
}

impl<T: DeserializeOwned> Late<T> {
    pub fn as_slice(&self) -> &[T] {
        self
    }
}

impl<T> FromIterator<T> for Late<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Late<T> {
        items.into_iter().collect::<Vec<T>>().into()
    }
}

impl<'a, T: DeserializeOwned> IntoIterator for &'a Late<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<T: DeserializeOwned + PartialEq> PartialEq for Late<T> {
    fn eq(&self, other: &Late<T>) -> bool {
        **self == **other
    }
}

impl<T: DeserializeOwned + fmt::Debug> fmt::Debug for Late<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

/// As the length of its texts, the length of its structure, and that.
impl<T: DeserializeOwned + Serialize> Serialize for Late<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let before = WRITTEN.with_borrow(String::len);
        let structure = postcard::to_allocvec(&**self).map_err(serde::ser::Error::custom)?;
        let texts = WRITTEN.with_borrow(String::len) - before;
        (texts, structure).serialize(serializer)
    }
}

impl<'de, T> Deserialize<'de> for Late<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Late<T>, D::Error> {
        let missing = || serde::de::Error::custom("a list that is not there");
        let (length, bytes) = <(usize, &'de [u8])>::deserialize(deserializer)?;
        let (texts, rest) = UNREAD.get().split_at_checked(length).ok_or_else(missing)?;
        UNREAD.set(rest);
        // The same bytes, for as long as the program lives.
        let whole = STRUCTURE.get();
        let start = (bytes.as_ptr() as usize).checked_sub(whole.as_ptr() as usize).ok_or_else(missing)?;
        let structure = whole.get(start..start + bytes.len()).ok_or_else(missing)?;
        Ok(Late { items: OnceLock::new(), packed: (structure, texts) })
    }
}
