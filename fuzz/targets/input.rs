//! Bytes from a terminal: however they are torn the same keys come out, each of which has a name,
//! and after anything at all the next key is understood.
//!
//! The first byte says how the rest is torn.
#![no_main]

use atlasnav::app::{Code, Key};
use atlasnav::term::{Decoder, Input};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((first, bytes)) = data.split_first() else { return };
    let mut decoder = Decoder::default();
    let whole = decoder.feed(bytes);
    let mut torn_decoder = Decoder::default();
    let pieces = bytes.chunks(usize::from(*first % 16) + 1);
    let torn: Vec<Input> = pieces.flat_map(|piece| torn_decoder.feed(piece)).collect();
    assert_eq!(torn, whole);
    for input in &whole {
        match input {
            Input::Key(key) => {
                assert!(!matches!(key.code, Code::Char(c) if c.is_control()), "{key:?}");
                assert_eq!(key.to_string().parse(), Ok(*key));
            }
            Input::Mouse(_) => {}
            // A byte that is no UTF-8 becomes a sign of three bytes.
            Input::Paste(text) => assert!(text.len() <= 3 * 64 * 1024 && !text.contains('\r')),
        }
    }
    decoder.give_up_waiting();
    decoder.feed(b"\x1b[201~");
    assert_eq!(decoder.feed(b"j").pop(), Some(Input::Key(Key::char('j'))));
});
