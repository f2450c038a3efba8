//! How many colours to use, from the environment alone: the terminal is never asked.

/// How many colours the terminal is taken to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Attributes only.
    Monochrome,
    /// The sixteen colours that every terminal's own theme keeps readable.
    Sixteen,
    /// And the 240 with a fixed look.
    Indexed,
    /// Red, green and blue, eight bits each.
    True,
}

/// The variables that say something about colours; None where one is not set.
#[derive(Debug, Clone, Default)]
pub struct ColourEnvironment {
    pub no_color: Option<String>,
    pub clicolor_force: Option<String>,
    pub colorterm: Option<String>,
    pub term: Option<String>,
    /// Set inside tmux.
    pub tmux: Option<String>,
}

impl ColourEnvironment {
    /// The depth, asked of nobody. `flag` and `file` are what the command line and the settings say;
    /// None for `auto`.
    pub fn depth(&self, flag: Option<Depth>, file: Option<Depth>) -> Depth {
        let set = |value: &Option<String>| value.as_deref().is_some_and(|v| !v.is_empty());
        if let Some(depth) = flag {
            return depth;
        }
        // <https://no-color.org>
        if set(&self.no_color) {
            return Depth::Monochrome;
        }
        let term = self.term.as_deref().unwrap_or_default();
        let forced = set(&self.clicolor_force) && self.clicolor_force.as_deref() != Some("0");
        if (term.is_empty() || term == "dumb") && !forced {
            return Depth::Monochrome;
        }
        file.unwrap_or_else(|| self.detected(term))
    }

    /// Sixteen where nothing says more.
    fn detected(&self, term: &str) -> Depth {
        let colorterm = self.colorterm.as_deref().unwrap_or_default();
        // GNU screen hands down the variable of the terminal around it, and does not know its codes.
        let in_screen = term.starts_with("screen") && self.tmux.as_deref().unwrap_or_default().is_empty();
        if term.ends_with("-direct") || (matches!(colorterm, "truecolor" | "24bit") && !in_screen) {
            Depth::True
        } else if term.contains("256color") {
            Depth::Indexed
        } else {
            Depth::Sixteen
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> ColourEnvironment {
        let get = |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
        ColourEnvironment {
            no_color: get("NO_COLOR"),
            clicolor_force: get("CLICOLOR_FORCE"),
            colorterm: get("COLORTERM"),
            term: get("TERM"),
            tmux: get("TMUX"),
        }
    }

    #[test]
    fn what_the_environment_says() {
        use Depth::{Indexed, Monochrome, Sixteen, True};
        let cases: [(&[(&str, &str)], Depth); 19] = [
            (&[], Monochrome),
            (&[("TERM", "")], Monochrome),
            (&[("TERM", "dumb")], Monochrome),
            (&[("TERM", "dumb"), ("COLORTERM", "truecolor")], Monochrome),
            (&[("TERM", "dumb"), ("CLICOLOR_FORCE", "1")], Sixteen),
            (&[("TERM", "dumb"), ("CLICOLOR_FORCE", "0")], Monochrome),
            (&[("CLICOLOR_FORCE", "1"), ("COLORTERM", "truecolor")], True),
            (&[("TERM", "xterm")], Sixteen),
            (&[("TERM", "linux")], Sixteen),
            (&[("TERM", "xterm-256color")], Indexed),
            (&[("TERM", "xterm-256color"), ("COLORTERM", "truecolor")], True),
            (&[("TERM", "xterm"), ("COLORTERM", "24bit")], True),
            (&[("TERM", "xterm"), ("COLORTERM", "yes")], Sixteen),
            (&[("TERM", "xterm-direct")], True),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "1")], Monochrome),
            (&[("TERM", "xterm-256color"), ("NO_COLOR", "")], Indexed),
            (&[("TERM", "xterm"), ("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], Monochrome),
            (&[("TERM", "screen-256color"), ("COLORTERM", "truecolor")], Indexed),
            (&[("TERM", "screen-256color"), ("COLORTERM", "truecolor"), ("TMUX", "/x,1,0")], True),
        ];
        for (pairs, depth) in cases {
            assert_eq!(environment(pairs).depth(None, None), depth, "{pairs:?}");
        }
    }

    #[test]
    fn flag_over_environment_over_file() {
        let plain = environment(&[("TERM", "xterm-256color")]);
        assert_eq!(plain.depth(None, Some(Depth::Sixteen)), Depth::Sixteen);
        assert_eq!(plain.depth(Some(Depth::True), Some(Depth::Sixteen)), Depth::True);
        for without in
            [environment(&[("TERM", "xterm"), ("NO_COLOR", "1")]), environment(&[("TERM", "dumb")])]
        {
            assert_eq!(without.depth(None, Some(Depth::True)), Depth::Monochrome);
            assert_eq!(without.depth(Some(Depth::Indexed), None), Depth::Indexed);
        }
    }
}
