//! The command table: one row per command. Help, palette, menus, hints and the key table in README
//! follow from the rows.

use super::copy::Copied;
use super::overlay::Overlay;
use crate::catalog::Facet;
use crate::coverage::{Aspect, MarkFacet, State};

/// Where a key binding holds. A screen's own bindings come before those that hold anywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// On every screen.
    Anywhere,
    /// On the matrix.
    Matrix,
    /// On a list.
    List,
    /// On the screens of coverage and plan.
    Board,
    /// On the screen of assessments.
    Shelf,
    /// On the cards of the glossary.
    Deck,
    /// While values to filter by are chosen.
    Filter,
    /// While a theme is chosen.
    Themes,
    /// While a mark is filled in: its form, and questions.
    Form,
    /// While a text is typed: search, palette, note, a field of a mark.
    Text,
    /// While help or the messages are shown.
    Popup,
}

impl Scope {
    pub const ALL: [Scope; 11] = [
        Scope::Anywhere,
        Scope::Matrix,
        Scope::List,
        Scope::Board,
        Scope::Shelf,
        Scope::Deck,
        Scope::Filter,
        Scope::Themes,
        Scope::Form,
        Scope::Text,
        Scope::Popup,
    ];

    /// The name of its table of keys in the settings.
    pub const fn name(self) -> &'static str {
        match self {
            Scope::Anywhere => "everywhere",
            Scope::Matrix => "matrix",
            Scope::List => "list",
            Scope::Board => "coverage",
            Scope::Shelf => "assessments",
            Scope::Deck => "cards",
            Scope::Filter => "filter",
            Scope::Themes => "themes",
            Scope::Form => "form",
            Scope::Text => "typing",
            Scope::Popup => "popup",
        }
    }

    /// The heading of the scope in help and README.
    pub const fn title(self) -> &'static str {
        match self {
            Scope::Anywhere => "Everywhere",
            Scope::Matrix => "On the matrix",
            Scope::List => "In a list",
            Scope::Board => "On coverage and plan",
            Scope::Shelf => "On the assessments",
            Scope::Deck => "On the cards",
            Scope::Filter => "While choosing a filter or platforms",
            Scope::Themes => "While choosing a theme",
            Scope::Form => "While filling in a mark",
            Scope::Text => "While typing",
            Scope::Popup => "In help and messages",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    Left,
    Down,
    Up,
    Right,
    PageLeft,
    PageRight,
    HalfPageUp,
    HalfPageDown,
    PageUp,
    PageDown,
    Top,
    Bottom,
    First,
    Last,
    PreviousSection,
    NextSection,
    ScrollDown,
    ScrollUp,
    NextPane,
    PreviousPane,
    Open,
    Close,
    Back,
    Forward,
    GoMatrix,
    GoTechniques,
    GoMitigations,
    GoCaseStudies,
    GoGlossary,
    GoCards,
    GoTwin,
    GoParent,
    Mark(State),
    RepeatMark,
    Owner,
    Review,
    Tested,
    Evidence,
    OwnControl,
    Note,
    NoteInEditor,
    MarkForm,
    TakeAway,
    AcceptSuggested,
    AcceptAllSuggestions,
    Select,
    SelectRange,
    SelectAll,
    SelectHits,
    Undo,
    Redo,
    Find,
    NextHit,
    PreviousHit,
    ZoomIn,
    ZoomOut,
    ZoomFit,
    Fold,
    FoldAll,
    SidePane,
    Overlay(Overlay),
    NextOverlay,
    Filter(Aspect),
    HideOthers,
    ClearFilter,
    Sort,
    Help,
    Palette,
    Messages,
    Copy(Copied),
    CopyScreen,
    ShowCopied,
    Mouse,
    Redraw,
    Suspend,
    Quit,
    QuitNow,
    Accept,
    KeepHits,
    NewLine,
    Cancel,
    ChooseNext,
    ChoosePrevious,
    Toggle,
    ChooseTheme,
    TurnCard,
    KnowCard,
    RepeatCard,
    GoCoverage,
    GoPlan,
    GoAssessments,
    Explain,
    /// A report in the format of this name; see [`FORMATS`](crate::exchange::FORMATS).
    Export(&'static str),
    TakeSnapshot,
    OwnMarks,
    NewAssessment,
    CopyAssessment,
    RenameAssessment,
    Platforms,
    Compare,
    WorstCase,
}

impl Command {
    /// Whether it does nothing but move the cursor of the matrix or a list.
    pub const fn steps(self) -> bool {
        matches!(
            self,
            Command::Left
                | Command::Down
                | Command::Up
                | Command::Right
                | Command::PageLeft
                | Command::PageRight
                | Command::HalfPageUp
                | Command::HalfPageDown
                | Command::PageUp
                | Command::PageDown
                | Command::Top
                | Command::Bottom
                | Command::First
                | Command::Last
                | Command::PreviousSection
                | Command::NextSection
        )
    }

    /// Whether it does nothing but move the cursor, or what is seen.
    pub const fn moves(self) -> bool {
        self.steps()
            || matches!(
                self,
                Command::ScrollDown
                    | Command::ScrollUp
                    | Command::NextPane
                    | Command::PreviousPane
                    | Command::Open
                    | Command::Close
                    | Command::Back
                    | Command::Forward
                    | Command::GoTwin
                    | Command::GoParent
                    | Command::NextHit
                    | Command::PreviousHit
            )
    }
}

/// One row of the table.
#[derive(Debug)]
pub struct Row {
    pub command: Command,
    /// The name in the palette.
    pub name: &'static str,
    /// Default keys, each a sequence separated by spaces; the first is shown in hints. What holds is in
    /// the keymap.
    pub keys: &'static [&'static str],
    pub scope: Scope,
    /// One line.
    pub help: &'static str,
    /// The word in the hint line; empty where the command has no place there.
    pub hint: &'static str,
}

/// A sequence of single characters is written together, as it is typed.
fn shown(keys: &str) -> String {
    if keys.split(' ').all(|k| k.chars().count() == 1) { keys.replace(' ', "") } else { keys.to_owned() }
}

const fn row(
    command: Command,
    name: &'static str,
    keys: &'static [&'static str],
    scope: Scope,
    hint: &'static str,
    help: &'static str,
) -> Row {
    Row { command, name, keys, scope, help, hint }
}

use Command as C;
use Scope::{Anywhere, Board, Deck, Filter, Form, List, Matrix, Popup, Shelf, Text, Themes};

/// Every command, in the order of the help. Static, because bindings refer to its rows.
#[rustfmt::skip]
pub static COMMANDS: &[Row] = &[
    row(C::Left, "left", &["h", "left"], Anywhere, "", "Left: the tactic or pane to the left"),
    row(C::Down, "down", &["j", "down"], Anywhere, "", "Down: the next row, or the next link of a page"),
    row(C::Up, "up", &["k", "up"], Anywhere, "", "Up: the previous row, or the previous link of a page"),
    row(C::Right, "right", &["l", "right"], Anywhere, "", "Right: the tactic or pane to the right"),
    row(C::PageLeft, "page-left", &["H"], Matrix, "", "A page of columns to the left"),
    row(C::PageRight, "page-right", &["L"], Matrix, "", "A page of columns to the right"),
    row(C::HalfPageUp, "half-page-up", &["ctrl-u"], Anywhere, "", "Half a page up"),
    row(C::HalfPageDown, "half-page-down", &["ctrl-d"], Anywhere, "", "Half a page down"),
    row(C::PageUp, "page-up", &["pageup", "ctrl-b"], Anywhere, "", "A page up"),
    row(C::PageDown, "page-down", &["pagedown", "ctrl-f"], Anywhere, "", "A page down"),
    row(C::Top, "top", &["g g"], Anywhere, "", "To the top"),
    row(C::Bottom, "bottom", &["G", "g e"], Anywhere, "", "To the bottom"),
    row(C::First, "first", &["home"], Anywhere, "", "To the first column, or the top"),
    row(C::Last, "last", &["end"], Anywhere, "", "To the last column, or the bottom"),
    row(C::PreviousSection, "previous-section", &["{"], Anywhere, "", "The previous tactic or section"),
    row(C::NextSection, "next-section", &["}"], Anywhere, "section", "The next tactic or section"),
    row(C::ScrollDown, "scroll-down", &["J"], Anywhere, "", "Scroll the page or the pane beside the matrix down"),
    row(C::ScrollUp, "scroll-up", &["K"], Anywhere, "", "Scroll the page or the pane beside the matrix up"),
    row(C::NextPane, "next-pane", &["tab"], Anywhere, "pane", "To the next pane, or section in a single pane"),
    row(C::PreviousPane, "previous-pane", &["shift-tab"], Anywhere, "", "To the previous pane or section"),
    row(C::Open, "open", &["enter"], Anywhere, "open", "Open what is under the cursor; never changes a mark"),
    row(C::Close, "close", &["esc", "ctrl-g"], Anywhere, "", "One level out: pending keys, selection, search hits, pane, page"),
    row(C::Back, "back", &["[", "backspace"], Anywhere, "back", "Back, as in a browser"),
    row(C::Forward, "forward", &["]"], Anywhere, "", "Forward, as in a browser"),
    row(C::GoMatrix, "matrix", &["1"], Anywhere, "", "The matrix"),
    row(C::GoTechniques, "techniques", &["2"], Anywhere, "", "The list of techniques"),
    row(C::GoMitigations, "mitigations", &["3"], Anywhere, "", "The list of mitigations"),
    row(C::GoCaseStudies, "case-studies", &["4"], Anywhere, "", "The list of case studies"),
    row(C::GoCoverage, "coverage", &["5"], Anywhere, "", "Where we stand: the figures, tactic by tactic and case by case"),
    row(C::GoPlan, "plan", &["6"], Anywhere, "", "What to fix first, with the sum behind each score"),
    row(C::GoGlossary, "glossary", &["8"], Anywhere, "", "The glossary of AI security"),
    row(C::GoAssessments, "assessments", &["9"], Anywhere, "", "The assessments and the snapshots: open, compare, make, rename"),
    row(C::GoCards, "cards", &["g d"], Anywhere, "cards", "The glossary as a deck of cards, to learn the terms"),
    row(C::GoTwin, "twin", &["g x"], Matrix, "", "The twin: the next column that holds the same technique"),
    row(C::GoParent, "parent", &["g p"], Anywhere, "", "The technique that this sub-technique is part of"),
    row(C::Mark(State::Unassessed), "mark-unassessed", &["m u"], Anywhere, "", "Mark as unassessed: nobody has looked yet"),
    row(C::Mark(State::Gap), "mark-gap", &["m g"], Anywhere, "", "Mark as gap: looked at, nothing covers it"),
    row(C::Mark(State::Planned), "mark-planned", &["m l"], Anywhere, "", "Mark as planned: not covered, a control is on its way"),
    row(C::Mark(State::Partial), "mark-partial", &["m p"], Anywhere, "", "Mark as partial: covered in part"),
    row(C::Mark(State::Covered), "mark-covered", &["m c"], Anywhere, "", "Mark as covered: claimed, not tested"),
    row(C::Mark(State::Tested), "mark-tested", &["m t"], Anywhere, "", "Mark as covered and tested today; vouches for 180 days"),
    row(C::Mark(State::NotApplicable), "mark-not-applicable", &["m x"], Anywhere, "", "Mark as not applicable: outside every denominator"),
    row(C::Mark(State::Accepted), "mark-accepted", &["m a"], Anywhere, "", "Mark as risk accepted"),
    row(C::Owner, "owner", &["m o"], Anywhere, "", "Who looks after it"),
    row(C::Review, "review", &["m r"], Anywhere, "", "The day by which to look at it again"),
    row(C::Tested, "tested-on", &["m d"], Anywhere, "", "The day of the last test"),
    row(C::Evidence, "evidence", &["m e"], Anywhere, "", "Add evidence: it prevents, detects or helps to respond"),
    row(C::OwnControl, "own-control", &["m k"], Anywhere, "", "Add a control of your own, which prevents it"),
    row(C::Note, "note", &["m n"], Anywhere, "", "Write a note in place"),
    row(C::NoteInEditor, "note-in-editor", &["m N"], Anywhere, "", "Write the note in $VISUAL or $EDITOR"),
    row(C::MarkForm, "mark-form", &["m m"], Anywhere, "", "The whole mark as a form; conflicts are settled there"),
    row(C::RepeatMark, "repeat-mark", &["."], Anywhere, "again", "Do to this what was last done to a mark"),
    row(C::AcceptSuggested, "accept-suggested", &["Y"], Anywhere, "", "Accept the status that done mitigations suggest; on a mitigation, all that it suggests"),
    row(C::AcceptAllSuggestions, "accept-all-suggestions", &[], Anywhere, "", "Accept all suggestions that the filter shows, after a question"),
    row(C::Undo, "undo", &["u"], Anywhere, "undo", "Undo the last change of a mark, also after a restart"),
    row(C::Redo, "redo", &["U", "ctrl-r"], Anywhere, "", "Redo what was undone"),
    row(C::Explain, "explain", &["="], Anywhere, "explain", "Explain the number under the cursor, or those of the screen"),
    row(C::Export("md"), "report-markdown", &["x m"], Anywhere, "", "The report as Markdown, into a file"),
    row(C::Export("html"), "report-html", &["x h"], Anywhere, "", "The report as one page without scripts, for screen and paper"),
    row(C::Export("svg"), "report-svg", &["x s"], Anywhere, "", "The matrix as a picture"),
    row(C::Export("csv"), "report-csv", &["x c"], Anywhere, "", "A row for each technique and mitigation, with every field of its mark"),
    row(C::Export("json"), "report-json", &["x j"], Anywhere, "", "Everything in the report, for programs"),
    row(C::Export("tickets-md"), "tickets-markdown", &["x t"], Anywhere, "", "The plan as tickets in Markdown"),
    row(C::Export("tickets-csv"), "tickets-csv", &["x T"], Anywhere, "", "The plan as tickets, a row each"),
    row(C::Export("tickets-json"), "tickets-json", &["x J"], Anywhere, "", "The plan as tickets, for programs"),
    row(C::TakeSnapshot, "snapshot", &["S"], Anywhere, "", "Take a snapshot: keep the assessment as it is today under a name"),
    row(C::OwnMarks, "own-marks", &["g o"], Anywhere, "", "Back to one's own marks, from a snapshot or a worst case"),
    row(C::Find, "find", &["/", "g i"], Anywhere, "find", "Find by id, name, text or field (area:evasion), terms too"),
    row(C::NextHit, "next-hit", &["n"], Anywhere, "", "The next hit of the search"),
    row(C::PreviousHit, "previous-hit", &["N"], Anywhere, "", "The previous hit of the search"),
    row(C::ZoomIn, "zoom-in", &["+"], Matrix, "zoom", "Zoom in: fewer, wider columns"),
    row(C::ZoomOut, "zoom-out", &["-"], Matrix, "", "Zoom out: more, narrower columns"),
    row(C::ZoomFit, "zoom-fit", &["0"], Matrix, "", "The whole matrix"),
    row(C::Fold, "fold", &["z a"], Matrix, "", "Open or fold the sub-techniques of this technique"),
    row(C::FoldAll, "fold-all", &["z s"], Matrix, "subs", "Open or fold all sub-techniques"),
    row(C::SidePane, "side-pane", &["w"], Matrix, "", "Show or hide the pane beside the matrix (from 120 columns)"),
    row(C::Select, "select", &["space"], Matrix, "select", "Select this, or drop it; mark commands go to what is selected"),
    row(C::SelectRange, "select-range", &["v"], Matrix, "", "Select from here to where the cursor goes; again ends it"),
    row(C::SelectAll, "select-all", &["V"], Matrix, "", "Select the whole column, or drop it"),
    row(C::SelectHits, "select-hits", &["*"], Matrix, "", "Select all hits of the last search"),
    row(C::Overlay(Overlay::Coverage), "overlay-coverage", &["o c"], Matrix, "", "Show the status of each technique"),
    row(C::Overlay(Overlay::Evidence), "overlay-evidence", &["o k"], Matrix, "", "Show kinds of evidence: what prevents, detects, responds"),
    row(C::Overlay(Overlay::CaseStudies), "overlay-case-studies", &["o f"], Matrix, "", "Show in how many case studies each technique occurs"),
    row(C::Overlay(Overlay::Mitigations), "overlay-mitigations", &["o n"], Matrix, "", "Show how many mitigations ATLAS lists"),
    row(C::Overlay(Overlay::Maturity), "overlay-maturity", &["o m"], Matrix, "", "Show maturity: feasible, demonstrated, realized"),
    row(C::Overlay(Overlay::Age), "overlay-age", &["o a"], Matrix, "", "Show how old marks are, in months, and what is due"),
    row(C::Overlay(Overlay::Suggestions), "overlay-suggestions", &["o s"], Matrix, "", "Show what the marks of mitigations suggest"),
    row(C::Overlay(Overlay::Difference), "overlay-difference", &["o d"], Matrix, "", "Show what is other than in a snapshot or another assessment"),
    row(C::NextOverlay, "next-overlay", &["o o"], Matrix, "", "The next overlay"),
    row(C::Filter(Aspect::Fact(Facet::Area)), "filter-area", &["f a"], Anywhere, "", "Filter by attack area: poisoning, evasion, theft ..."),
    row(C::Filter(Aspect::Fact(Facet::Platform)), "filter-platform", &["f p"], Anywhere, "", "Filter by platform: predictive, generative, agentic AI, enterprise"),
    row(C::Filter(Aspect::Fact(Facet::Maturity)), "filter-maturity", &["f m"], Anywhere, "", "Filter by maturity: feasible, demonstrated, realized"),
    row(C::Filter(Aspect::Fact(Facet::Phase)), "filter-phase", &["f l"], Anywhere, "", "Filter by the lifecycle phases of mitigations"),
    row(C::Filter(Aspect::Mark(MarkFacet::Status)), "filter-status", &["f s"], Anywhere, "", "Filter by status"),
    row(C::Filter(Aspect::Fact(Facet::Tactic)), "filter-tactic", &["f t"], Anywhere, "", "Filter by tactic"),
    row(C::Filter(Aspect::Fact(Facet::Mitigated)), "filter-mitigated", &["f k"], Anywhere, "", "Filter by whether ATLAS lists a mitigation"),
    row(C::Filter(Aspect::Fact(Facet::Case)), "filter-case", &["f c"], Anywhere, "", "Filter by case studies: any, incidents, exercises, none, or one of them"),
    row(C::Filter(Aspect::Mark(MarkFacet::Owner)), "filter-owner", &["f o"], Anywhere, "", "Filter by owner"),
    row(C::Filter(Aspect::Mark(MarkFacet::Attention)), "filter-attention", &["f d"], Anywhere, "", "Filter by what is due: stale, review, test, conflict, suggestion, evidence"),
    row(C::HideOthers, "hide-others", &["f h"], Anywhere, "", "Hide on the matrix what the filter leaves out, or show it dim again"),
    row(C::ClearFilter, "clear-filter", &["f 0"], Anywhere, "", "No filter: all of the scope; again, what is outside of it, too"),
    row(C::Sort, "sort", &["s"], List, "sort", "Sort by the next column"),
    row(C::Select, "select", &["space"], List, "select", "Select this, or drop it; mark commands go to what is selected"),
    row(C::SelectRange, "select-range", &["v"], List, "", "Select from here to where the cursor goes; again ends it"),
    row(C::SelectAll, "select-all", &["V"], List, "", "Select the whole list, or drop it"),
    row(C::SelectHits, "select-hits", &["*"], List, "", "Select all hits of the last search"),
    row(C::Sort, "sort", &["s"], Board, "sort", "Sort the rows around the cursor by the next order"),
    row(C::Toggle, "toggle", &["space"], Shelf, "tick", "Tick this row, or take the tick away"),
    row(C::Compare, "compare", &["d"], Shelf, "compare", "Compare the two that are ticked, or this one with the marks of today"),
    row(C::WorstCase, "worst-case", &["w"], Shelf, "worst", "The worst case of what is ticked, or of all assessments; never an average"),
    row(C::NewAssessment, "new-assessment", &["+"], Shelf, "new", "Make an assessment"),
    row(C::CopyAssessment, "copy-assessment", &["c"], Shelf, "", "Make an assessment with the marks of this one"),
    row(C::RenameAssessment, "rename-assessment", &["r"], Shelf, "", "Give this assessment another name; its file keeps its own"),
    row(C::Platforms, "platforms", &["p"], Shelf, "platforms", "Tick the platforms that this assessment has; only their techniques count"),
    row(C::Help, "help", &["?", "f1"], Anywhere, "help", "This help"),
    row(C::Palette, "palette", &[":", "ctrl-p"], Anywhere, "all", "All commands, by name"),
    row(C::Messages, "messages", &["!"], Anywhere, "", "What the program has said, and warnings about the catalogue"),
    row(C::Copy(Copied::Id), "copy-id", &["y y"], Anywhere, "", "Copy the id to the terminal's clipboard"),
    row(C::Copy(Copied::Name), "copy-name", &["y n"], Anywhere, "", "Copy the name"),
    row(C::Copy(Copied::Url), "copy-url", &["y u"], Anywhere, "", "Copy the address of the ATLAS page"),
    row(C::Copy(Copied::Markdown), "copy-markdown", &["y m"], Anywhere, "", "Copy name, address and text as Markdown"),
    row(C::CopyScreen, "copy-screen", &["y s"], Anywhere, "", "Copy the screen as text"),
    row(C::ShowCopied, "show-copied", &["y v"], Anywhere, "", "Show what was copied, to select it by hand"),
    row(C::Mouse, "mouse", &["M"], Anywhere, "", "Let the program have the mouse, or leave it to the terminal"),
    row(C::ChooseTheme, "theme", &["T"], Anywhere, "", "Choose how it looks; the screen shows each theme at once"),
    row(C::Redraw, "redraw", &["ctrl-l"], Anywhere, "", "Draw the screen anew"),
    row(C::Suspend, "suspend", &["ctrl-z"], Anywhere, "", "Suspend the program; fg brings it back"),
    row(C::Quit, "quit", &["q"], Anywhere, "", "Quit; every mark is saved, so nothing is asked"),
    row(C::QuitNow, "quit-now", &["ctrl-c"], Anywhere, "", "Quit at once, whatever is open"),
    row(C::TurnCard, "turn-card", &["space", "enter", "j", "k", "down", "up"], Deck, "turn", "Turn the card over"),
    row(C::KnowCard, "know-card", &["l", "right", "y"], Deck, "known", "I knew it: the card is done with"),
    row(C::RepeatCard, "repeat-card", &["h", "left", "n"], Deck, "again", "I did not: the card comes again"),
    row(C::Help, "help", &["?", "f1"], Deck, "help", "This help"),
    row(C::Messages, "messages", &["!"], Deck, "", "What the program has said"),
    row(C::GoMatrix, "matrix", &["1"], Deck, "", "The matrix"),
    row(C::GoGlossary, "glossary", &["8"], Deck, "glossary", "The glossary"),
    row(C::Find, "find", &["/"], Deck, "", "Find"),
    row(C::Palette, "palette", &[":", "ctrl-p"], Deck, "all", "All commands, by name"),
    row(C::Redraw, "redraw", &["ctrl-l"], Deck, "", "Draw the screen anew"),
    row(C::Suspend, "suspend", &["ctrl-z"], Deck, "", "Suspend the program; fg brings it back"),
    row(C::Close, "close", &["esc", "ctrl-g", "["], Deck, "close", "Leave the cards"),
    row(C::Quit, "quit", &["q"], Deck, "", "Quit"),
    row(C::QuitNow, "quit-now", &["ctrl-c"], Deck, "", "Quit at once"),
    row(C::ChooseNext, "choose-next", &["j", "down", "ctrl-n"], Filter, "choose", "Choose the next one"),
    row(C::ChoosePrevious, "choose-previous", &["k", "up", "ctrl-p"], Filter, "", "Choose the previous one"),
    row(C::Toggle, "toggle", &["space"], Filter, "tick", "Tick this value, or take the tick away"),
    row(C::Accept, "accept", &["enter"], Filter, "accept", "Filter by what is ticked, or else by this value only, of this kind; keep the platforms"),
    row(C::Cancel, "cancel", &["esc", "q", "ctrl-g"], Filter, "done", "Close it"),
    row(C::QuitNow, "quit-now", &["ctrl-c"], Filter, "", "Quit at once"),
    row(C::ChooseNext, "choose-next", &["j", "down", "ctrl-n"], Themes, "choose", "Show the next one"),
    row(C::ChoosePrevious, "choose-previous", &["k", "up", "ctrl-p"], Themes, "", "Show the previous one"),
    row(C::Accept, "accept", &["enter"], Themes, "keep", "Keep this theme, in the settings too"),
    row(C::Cancel, "cancel", &["esc", "q", "ctrl-g"], Themes, "cancel", "Leave it as it was"),
    row(C::QuitNow, "quit-now", &["ctrl-c"], Themes, "", "Quit at once"),
    row(C::ChooseNext, "choose-next", &["j", "down", "ctrl-n"], Form, "choose", "The next field"),
    row(C::ChoosePrevious, "choose-previous", &["k", "up", "ctrl-p"], Form, "", "The previous field"),
    row(C::Accept, "accept", &["enter"], Form, "edit", "Edit the field, or choose what was said; yes to a question"),
    row(C::TakeAway, "take-away", &["d", "delete"], Form, "take away", "Take away what the field says"),
    row(C::Undo, "undo", &["u"], Form, "undo", "Undo the last change of a mark"),
    row(C::Redo, "redo", &["U", "ctrl-r"], Form, "", "Redo what was undone"),
    row(C::Cancel, "cancel", &["esc", "q", "ctrl-g"], Form, "close", "Close it"),
    row(C::QuitNow, "quit-now", &["ctrl-c"], Form, "", "Quit at once"),
    row(C::Accept, "accept", &["enter"], Text, "accept", "Open the chosen hit, run the chosen command, keep the note or the field"),
    row(C::KeepHits, "keep-hits", &["tab"], Text, "on matrix", "Keep the techniques found lit on the matrix and go there; complete an owner"),
    row(C::NewLine, "new-line", &["alt-enter", "ctrl-j"], Text, "", "A new line in a note"),
    row(C::ChooseNext, "choose-next", &["down", "ctrl-n"], Text, "choose", "Choose the next one"),
    row(C::ChoosePrevious, "choose-previous", &["up", "ctrl-p"], Text, "", "Choose the previous one"),
    row(C::Cancel, "cancel", &["esc", "ctrl-g"], Text, "cancel", "Leave it as it was"),
    row(C::QuitNow, "quit-now", &["ctrl-c"], Text, "", "Quit at once"),
    row(C::Down, "down", &["j", "down"], Popup, "scroll", "A line down"),
    row(C::Up, "up", &["k", "up"], Popup, "", "A line up"),
    row(C::PageDown, "page-down", &["pagedown", "ctrl-f", "ctrl-d", "space"], Popup, "", "A page down"),
    row(C::PageUp, "page-up", &["pageup", "ctrl-b", "ctrl-u"], Popup, "", "A page up"),
    row(C::Top, "top", &["g g", "home"], Popup, "", "To the top"),
    row(C::Bottom, "bottom", &["G", "end"], Popup, "", "To the bottom"),
    row(C::Palette, "palette", &["/", ":"], Popup, "filter", "Look for a command by name, and run it with enter"),
    row(C::Close, "close", &["esc", "q", "enter", "ctrl-g", "?", "!", "f1"], Popup, "close", "Close it"),
    row(C::QuitNow, "quit-now", &["ctrl-c"], Popup, "", "Quit at once"),
];

/// The names of the menus that a first key opens.
pub const MENUS: [(char, &str); 7] = [
    ('f', "Filter"),
    ('g', "Go to"),
    ('m', "Mark"),
    ('o', "Overlay"),
    ('x', "Export"),
    ('y', "Copy"),
    ('z', "View"),
];

/// The key table of README, in Markdown.
pub fn key_table() -> String {
    let mut out = String::new();
    for scope in Scope::ALL {
        out.push_str(&format!("| {} | |\n| --- | --- |\n", scope.title()));
        for row in COMMANDS.iter().filter(|r| r.scope == scope) {
            let mut keys: Vec<String> = row.keys.iter().map(|k| format!("`{}`", shown(k))).collect();
            if keys.is_empty() {
                keys.push(format!("`:{}`", row.name));
            }
            out.push_str(&format!("| {} | {} |\n", keys.join(" "), row.help));
        }
        out.push('\n');
    }
    out
}

/// The default keys as settings, for the file that `config init` writes: commented out.
pub fn key_settings() -> String {
    let mut out = String::new();
    for scope in Scope::ALL {
        out.push_str(&format!("\n# [keys.{}]\n", scope.name()));
        for row in COMMANDS.iter().filter(|r| r.scope == scope) {
            let keys: Vec<String> = row.keys.iter().map(|keys| format!("\"{keys}\"")).collect();
            out.push_str(&format!("# {} = [{}]\n", row.name, keys.join(", ")));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readme_holds_the_key_table() {
        let readme = include_str!("../../README.md");
        assert!(
            readme.contains(&key_table()),
            "README's key table differs; it should be:\n\n{}",
            key_table()
        );
    }

    #[test]
    fn every_format_can_be_exported() {
        for format in crate::exchange::FORMATS {
            let exported = COMMANDS.iter().filter(|row| row.command == Command::Export(format.name));
            assert_eq!(exported.count(), 1, "{}", format.name);
        }
    }

    #[test]
    fn a_name_means_one_command() {
        for a in COMMANDS {
            for b in COMMANDS.iter().filter(|b| b.name == a.name) {
                assert_eq!(a.command, b.command, "{}", a.name);
            }
        }
    }
}
