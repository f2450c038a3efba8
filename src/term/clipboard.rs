//! Text for the clipboard of the terminal, by OSC 52: works over SSH, asks nothing, and is the user's
//! own deed at every time. Source: xterm's control sequences, "Manipulate Selection Data".

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What lies between the program and the terminal, and passes a sequence on only when it is wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Straight,
    /// tmux, if its option `allow-passthrough` or `set-clipboard` is on.
    Tmux,
    /// GNU screen, which takes short pieces only.
    Screen,
}

impl Route {
    /// By the environment: `TMUX` and `STY` are set inside of them.
    pub fn find(variable: impl Fn(&str) -> Option<String>) -> Route {
        let set = |name: &str| variable(name).is_some_and(|v| !v.is_empty());
        if set("TMUX") {
            Route::Tmux
        } else if set("STY") || variable("TERM").is_some_and(|t| t.starts_with("screen.")) {
            Route::Screen
        } else {
            Route::Straight
        }
    }
}

impl Route {
    pub const fn word(self) -> &'static str {
        match self {
            Route::Straight => "OSC 52",
            Route::Tmux => "OSC 52 through tmux, which wants allow-passthrough or set-clipboard on",
            Route::Screen => "OSC 52 through screen",
        }
    }
}

/// Bytes that screen passes on in one piece.
const PIECE: usize = 700;

/// The sequence that puts the text into the clipboard. The text is in base64, so whatever it holds,
/// nothing in it acts.
pub(super) fn sequence(text: &str, route: Route) -> String {
    let encoded = STANDARD.encode(text);
    let whole = format!("\x1b]52;c;{encoded}\x07");
    match route {
        Route::Straight => whole,
        // tmux wants every ESC inside doubled.
        Route::Tmux => format!("\x1bPtmux;{}\x1b\\", whole.replace('\x1b', "\x1b\x1b")),
        Route::Screen => {
            let mut pieces = String::new();
            let mut rest = whole.as_str();
            while !rest.is_empty() {
                // All ASCII, so any place will do.
                let (piece, after) = rest.split_at(rest.len().min(PIECE));
                pieces.push_str(&format!("\x1bP{piece}\x1b\\"));
                rest = after;
            }
            pieces
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_in_base64_and_wrapped_for_what_lies_between() {
        assert_eq!(sequence("T0051", Route::Straight), "\x1b]52;c;VDAwNTE=\x07");
        assert_eq!(sequence("T0051", Route::Tmux), "\x1bPtmux;\x1b\x1b]52;c;VDAwNTE=\x07\x1b\\");
        assert_eq!(sequence("T0051", Route::Screen), "\x1bP\x1b]52;c;VDAwNTE=\x07\x1b\\");
        let long = sequence(&"x".repeat(3_000), Route::Screen);
        let pieces: Vec<&str> = long.split("\x1b\\").filter(|p| !p.is_empty()).collect();
        assert!(pieces.len() > 4 && pieces.iter().all(|p| p.starts_with("\x1bP") && p.len() <= PIECE + 2));
        let joined: String = pieces.iter().map(|p| &p[2..]).collect();
        assert_eq!(joined, sequence(&"x".repeat(3_000), Route::Straight));
        // Whatever is copied, nothing but the frame of the sequence can act.
        let hostile = sequence("\x1b]52;c;evil\x07\u{9b}31m", Route::Straight);
        assert_eq!(hostile.matches(['\x1b', '\x07', '\u{9b}']).count(), 2);
    }

    #[test]
    fn the_route_is_found_in_the_environment() {
        let route = |set: &[(&str, &str)]| {
            Route::find(|name| set.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned()))
        };
        assert_eq!(route(&[("TERM", "xterm-256color")]), Route::Straight);
        assert_eq!(route(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/a,1,0")]), Route::Tmux);
        assert_eq!(route(&[("TERM", "screen.xterm-256color"), ("STY", "1.a")]), Route::Screen);
        assert_eq!(route(&[("TMUX", "")]), Route::Straight);
    }
}
