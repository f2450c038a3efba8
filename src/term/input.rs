//! Bytes from the terminal -> keys and pasted text.
//!
//! crossterm's reader is not used: it spins when its terminal disappears, blocks on half a sequence,
//! and takes the halves of a sequence that a slow line has torn apart for two keys. This decoder
//! keeps what is not whole yet and needs no thread.

use std::time::{Duration, Instant};

use crate::app::{Code, Key, Mouse, MouseDid};

/// What came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    Key(Key),
    Mouse(Mouse),
    /// Pasted text as it came, with line breaks as `\n`; not sanitised.
    Paste(String),
}

/// Tells double clicks from single ones.
#[derive(Debug, Default)]
pub(super) struct Clicks {
    last: Option<(u16, u16, Instant)>,
}

/// Two clicks at one place within this time are a double click.
const DOUBLE: Duration = Duration::from_millis(400);

impl Clicks {
    pub fn count(&mut self, mouse: Mouse) -> Mouse {
        if mouse.what != MouseDid::Click {
            self.last = None;
            return mouse;
        }
        let now = Instant::now();
        let again = self.last.is_some_and(|(x, y, at)| (x, y) == (mouse.x, mouse.y) && now - at < DOUBLE);
        // A third click begins anew.
        self.last = (!again).then_some((mouse.x, mouse.y, now));
        if again { Mouse { what: MouseDid::DoubleClick, ..mouse } } else { mouse }
    }
}

/// The most parameters, in bytes, that the control sequence of a key has; a longer one is passed over.
const LONGEST: usize = 64;
/// The longest paste that is kept: far more than any note.
const LONGEST_PASTE: usize = 64 * 1024;
const PASTE_END: &[u8] = b"\x1b[201~";

/// Turns bytes into keys and pastes. However the bytes are torn, the same comes out.
#[derive(Debug, Default)]
pub struct Decoder {
    buffer: Vec<u8>,
    /// A paste that has begun: its bytes so far.
    paste: Option<Vec<u8>>,
    /// In a control sequence that is too long for a key.
    overlong: bool,
}

/// What the bytes at the start of the buffer are.
enum Step {
    /// A key of so many bytes.
    Key(Key, usize),
    Mouse(Mouse, usize),
    /// Nothing of use, so many bytes long.
    Skip(usize),
    /// Not whole yet.
    Wait,
    /// A paste begins after so many bytes.
    Paste(usize),
    /// The beginning of a control sequence that is too long for a key.
    Overlong,
}

impl Decoder {
    /// Takes bytes and returns what is whole.
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<Input> {
        self.buffer.extend_from_slice(bytes);
        let mut out = Vec::new();
        while !self.buffer.is_empty() {
            if let Some(paste) = &mut self.paste {
                let end = self.buffer.windows(PASTE_END.len()).position(|w| w == PASTE_END);
                // The end marker may be torn, so its possible beginning stays in the buffer.
                let take = end.unwrap_or_else(|| self.buffer.len().saturating_sub(PASTE_END.len() - 1));
                let room = LONGEST_PASTE.saturating_sub(paste.len());
                paste.extend(self.buffer.drain(..take).take(room));
                if end.is_none() {
                    break;
                }
                self.buffer.drain(..PASTE_END.len());
                let paste = self.paste.take().unwrap_or_default();
                // Terminals send line ends of a paste as carriage returns.
                let text = String::from_utf8_lossy(&paste).replace("\r\n", "\n").replace('\r', "\n");
                out.push(Input::Paste(text));
                continue;
            }
            if self.overlong {
                let end = self.buffer.iter().position(|b| !is_parameter(*b));
                let Some(end) = end else {
                    self.buffer.clear();
                    break;
                };
                let is_final = is_final(self.buffer[end]);
                self.buffer.drain(..end + usize::from(is_final));
                self.overlong = false;
                continue;
            }
            match step(&self.buffer) {
                Step::Overlong => {
                    self.buffer.drain(..2);
                    self.overlong = true;
                }
                Step::Key(key, used) => {
                    self.buffer.drain(..used);
                    out.push(Input::Key(key));
                }
                Step::Mouse(mouse, used) => {
                    self.buffer.drain(..used);
                    out.push(Input::Mouse(mouse));
                }
                Step::Skip(used) => {
                    self.buffer.drain(..used);
                }
                Step::Paste(used) => {
                    self.buffer.drain(..used);
                    self.paste = Some(Vec::new());
                }
                Step::Wait => break,
            }
        }
        out
    }

    /// Whether a key may be missing its end; a lone Esc looks like that.
    pub fn is_waiting(&self) -> bool {
        (!self.buffer.is_empty() && self.paste.is_none()) || self.overlong
    }

    /// Nothing more came: a lone Esc was the Esc key, anything else no key at all.
    pub fn give_up_waiting(&mut self) -> Option<Input> {
        let was_esc = self.buffer == b"\x1b";
        self.buffer.clear();
        self.overlong = false;
        was_esc.then_some(Input::Key(Key::plain(Code::Esc)))
    }
}

fn step(bytes: &[u8]) -> Step {
    match bytes {
        [] | [0x1b] | [0x1b, b'O'] => Step::Wait,
        [0x1b, 0x1b, ..] => Step::Key(Key::plain(Code::Esc), 1),
        [0x1b, b'[', ..] => csi(bytes),
        [0x1b, b'O', last, ..] => match ss3(*last) {
            Some(code) => Step::Key(Key::plain(code), 3),
            None => Step::Skip(3),
        },
        [0x1b, rest @ ..] => match plain(rest) {
            Step::Key(key, used) => Step::Key(Key { alt: true, ..key }, used + 1),
            Step::Skip(used) => Step::Skip(used + 1),
            other => other,
        },
        _ => plain(bytes),
    }
}

/// A character or a control.
fn plain(bytes: &[u8]) -> Step {
    let Some(&first) = bytes.first() else { return Step::Wait };
    let key = match first {
        b'\r' => Key::plain(Code::Enter),
        b'\t' => Key::plain(Code::Tab),
        0x7f | 0x08 => Key::plain(Code::Backspace),
        0x00 => Key::ctrl(' '),
        0x01..=0x1a => Key::ctrl(char::from(first - 1 + b'a')),
        0x1b..=0x1f => return Step::Skip(1),
        0x20..=0x7e => Key::char(char::from(first)),
        0x80.. => return utf8(bytes),
    };
    Step::Key(key, 1)
}

fn utf8(bytes: &[u8]) -> Step {
    let length = match bytes.first() {
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return Step::Skip(1),
    };
    let Some(whole) = bytes.get(..length) else {
        let rest_fits = bytes[1..].iter().all(|b| (0x80..0xc0).contains(b));
        return if rest_fits { Step::Wait } else { Step::Skip(1) };
    };
    match std::str::from_utf8(whole).ok().and_then(|s| s.chars().next()) {
        // C1 controls are no text.
        Some(c) if !c.is_control() => Step::Key(Key::char(c), length),
        Some(_) => Step::Skip(length),
        None => Step::Skip(1),
    }
}

/// `ESC [ parameters final`, as xterm, the Linux console and kitty send keys.
fn csi(bytes: &[u8]) -> Step {
    // The Linux console's F1 to F5: ESC [ [ A.
    if let [_, _, b'[', last, ..] = bytes {
        return match last {
            b'A'..=b'E' => Step::Key(Key::plain(Code::F(last - b'A' + 1)), 4),
            _ => Step::Skip(4),
        };
    }
    if bytes.len() == 3 && bytes[2] == b'[' {
        return Step::Wait;
    }
    let Some(end) = bytes[2..].iter().take(LONGEST + 1).position(|b| !is_parameter(*b)) else {
        return if bytes.len() - 2 > LONGEST { Step::Overlong } else { Step::Wait };
    };
    let used = end + 3;
    let last = bytes[end + 2];
    if !is_final(last) {
        return Step::Skip(end + 2);
    }
    if bytes[2] == b'<' {
        return mouse(&bytes[3..end + 2], last).map_or(Step::Skip(used), |mouse| Step::Mouse(mouse, used));
    }
    let mut numbers = bytes[2..end + 2].split(|b| *b == b';').map(|p| {
        let digits = p.split(|b| *b == b':').next().unwrap_or_default();
        std::str::from_utf8(digits).ok().and_then(|d| d.parse::<u32>().ok()).unwrap_or(0)
    });
    let first = numbers.next().unwrap_or(0);
    let modifiers = numbers.next().unwrap_or(1).saturating_sub(1);
    let code = match (last, first) {
        (b'~', 200) => return Step::Paste(used),
        (b'~', 1 | 7) => Code::Home,
        (b'~', 4 | 8) => Code::End,
        (b'~', 3) => Code::Delete,
        (b'~', 5) => Code::PageUp,
        (b'~', 6) => Code::PageDown,
        (b'~', 11..=15) => Code::F((first - 10) as u8),
        (b'~', 17..=21) => Code::F((first - 11) as u8),
        (b'~', 23 | 24) => Code::F((first - 12) as u8),
        (b'Z', _) => Code::BackTab,
        (b'u', _) => match unicode_key(first) {
            Some(code) => code,
            None => return Step::Skip(used),
        },
        (last, _) => match ss3(last) {
            Some(code) => code,
            None => return Step::Skip(used),
        },
    };
    let code = if code == Code::Tab && modifiers & 1 == 1 { Code::BackTab } else { code };
    Step::Key(Key { code, alt: modifiers & 2 == 2, ctrl: modifiers & 4 == 4 }, used)
}

/// `ESC [ < button ; column ; row M`, the report of xterm's mode 1006; the same with `m` when a button
/// goes up, which nothing here needs. Source: xterm's control sequences, "Extended coordinates".
fn mouse(parameters: &[u8], last: u8) -> Option<Mouse> {
    let mut numbers = std::str::from_utf8(parameters).ok()?.split(';').map(str::parse::<u16>);
    let (button, x, y) = (numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?);
    if numbers.next().is_some() || last != b'M' {
        return None;
    }
    let (shift, ctrl) = (button & 4 != 0, button & 16 != 0);
    let what = match (button & !(4 | 8 | 16), shift, ctrl) {
        (0, _, _) => MouseDid::Click,
        (64, false, false) => MouseDid::Wheel(-1),
        (65, false, false) => MouseDid::Wheel(1),
        (64, _, true) => MouseDid::WheelZoom(-1),
        (65, _, true) => MouseDid::WheelZoom(1),
        (64 | 66, _, _) => MouseDid::WheelSideways(-1),
        (65 | 67, _, _) => MouseDid::WheelSideways(1),
        _ => return None,
    };
    Some(Mouse { what, x: x.checked_sub(1)?, y: y.checked_sub(1)? })
}

/// A byte between `ESC [` and the end of the sequence.
fn is_parameter(byte: u8) -> bool {
    (0x20..=0x3f).contains(&byte)
}

/// The byte that ends a control sequence.
fn is_final(byte: u8) -> bool {
    (0x40..=0x7e).contains(&byte)
}

/// The key of `ESC [ number u`.
fn unicode_key(number: u32) -> Option<Code> {
    Some(match number {
        13 => Code::Enter,
        27 => Code::Esc,
        9 => Code::Tab,
        127 => Code::Backspace,
        _ => Code::Char(char::from_u32(number).filter(|c| !c.is_control())?),
    })
}

fn ss3(last: u8) -> Option<Code> {
    Some(match last {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'H' => Code::Home,
        b'F' => Code::End,
        b'P'..=b'S' => Code::F(last - b'P' + 1),
        b'M' => Code::Enter,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(bytes: &[u8]) -> Vec<String> {
        let mut decoder = Decoder::default();
        let mut inputs = decoder.feed(bytes);
        if decoder.is_waiting() {
            inputs.extend(decoder.give_up_waiting());
        }
        inputs
            .into_iter()
            .map(|i| match i {
                Input::Key(key) => key.to_string(),
                Input::Mouse(Mouse { what, x, y }) => format!("{what:?} {x} {y}"),
                Input::Paste(text) => format!("paste {text:?}"),
            })
            .collect()
    }

    #[test]
    fn keys_of_the_usual_terminals() {
        for (bytes, key) in [
            (&b"a"[..], "a"),
            (b"\r", "enter"),
            (b"\n", "ctrl-j"),
            (b"\x1b", "esc"),
            (b"\x1bx", "alt-x"),
            (b"\x1b\r", "alt-enter"),
            (b"\x1b[A", "up"),
            (b"\x1bOA", "up"),
            (b"\x1b[1;5C", "ctrl-right"),
            (b"\x1b[5~", "pageup"),
            (b"\x1b[Z", "shift-tab"),
            (b"\x1bOP", "f1"),
            (b"\x1b[11~", "f1"),
            (b"\x1b[[A", "f1"),
            (b"\x1b[24~", "f12"),
            (b"\x1b[27u", "esc"),
            (b"\x1b[100;5u", "ctrl-d"),
            (b"\x7f", "backspace"),
            (b"\x04", "ctrl-d"),
            ("é".as_bytes(), "é"),
        ] {
            assert_eq!(keys(bytes), [key], "{bytes:?}");
        }
    }

    #[test]
    fn the_mouse_is_reported_without_limits() {
        assert_eq!(keys(b"\x1b[<0;1;1M\x1b[<0;1;1m"), ["Click 0 0"]);
        assert_eq!(keys(b"\x1b[<65;300;500Mj"), ["Wheel(1) 299 499", "j"]);
        assert_eq!(keys(b"\x1b[<68;2;3M"), ["WheelSideways(-1) 1 2"]);
        assert_eq!(keys(b"\x1b[<80;2;3M"), ["WheelZoom(-1) 1 2"]);
        // Other buttons, motion, and what is no report.
        for bytes in [
            &b"\x1b[<2;1;1M"[..],
            b"\x1b[<32;1;1M",
            b"\x1b[<0;0;1M",
            b"\x1b[<0;1M",
            b"\x1b[<0;1;1;1M",
            b"\x1b[<99999;1;1M",
        ] {
            assert!(keys(bytes).is_empty(), "{bytes:?}");
        }
    }

    #[test]
    fn two_clicks_at_one_place_are_a_double_click() {
        let mut clicks = Clicks::default();
        let at = |x| Mouse { what: MouseDid::Click, x, y: 1 };
        let mut did = |mouse| clicks.count(mouse).what;
        assert_eq!(
            [did(at(1)), did(at(1)), did(at(1))],
            [MouseDid::Click, MouseDid::DoubleClick, MouseDid::Click]
        );
        assert_eq!([did(at(2)), did(at(3))], [MouseDid::Click, MouseDid::Click]);
    }

    #[test]
    fn a_paste_is_one_text_and_runs_no_keys() {
        assert_eq!(keys(b"\x1b[200~q\x1b[A\rx\x1b[201~j"), ["paste \"q\\u{1b}[A\\nx\"", "j"]);
    }

    #[test]
    fn what_is_no_key_is_passed_over() {
        assert_eq!(keys(b"\x1b[?1;2cj"), ["j"]);
        assert_eq!(keys(b"\xff\xc3j"), ["j"]);
        assert_eq!(keys("\u{85}j".as_bytes()), ["j"]);
        // Beside the function keys of the Linux console.
        assert_eq!(keys(b"\x1b[[@j\x1b[[Fj\x1b[[Ej"), ["j", "j", "f5", "j"]);
    }

    #[test]
    fn a_sequence_too_long_for_a_key_is_passed_over_whole_however_it_is_torn() {
        for length in [LONGEST - 1, LONGEST, LONGEST + 1, 1_000, 100_000] {
            let bytes = format!("\u{1b}[{}Aj", "1".repeat(length));
            let expected = if length <= LONGEST { vec!["up", "j"] } else { vec!["j"] };
            assert_eq!(keys(bytes.as_bytes()), expected, "{length}");
            for at in [1, 2, 3, LONGEST, LONGEST + 1, LONGEST + 2, LONGEST + 3] {
                let mut decoder = Decoder::default();
                let mut torn = decoder.feed(&bytes.as_bytes()[..at]);
                torn.extend(decoder.feed(&bytes.as_bytes()[at..]));
                assert_eq!(torn, Decoder::default().feed(bytes.as_bytes()), "{length} at {at}");
            }
        }
    }

    proptest! {
        #[test]
        fn torn_input_gives_the_same_keys(cuts in prop::collection::vec(1usize..5, 1..40)) {
            let bytes = "ab\u{1b}[A\u{1b}[1;5Cé\u{1b}[200~text\u{1b}[201~\u{1b}OPz漢".as_bytes();
            let whole = Decoder::default().feed(bytes);
            let mut decoder = Decoder::default();
            let (mut rest, mut torn) = (bytes, Vec::new());
            for cut in cuts.into_iter().chain([usize::MAX]) {
                let (now, later) = rest.split_at(cut.min(rest.len()));
                torn.extend(decoder.feed(now));
                rest = later;
            }
            prop_assert_eq!(torn, whole);
        }

        #[test]
        fn no_bytes_panic_or_get_stuck(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut decoder = Decoder::default();
            decoder.feed(&bytes);
            decoder.give_up_waiting();
            decoder.feed(b"\x1b[201~");
            let last = decoder.feed(b"j").pop();
            prop_assert_eq!(last, Some(Input::Key(Key::char('j'))));
        }
    }
}
