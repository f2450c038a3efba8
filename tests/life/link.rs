//! Typical use over a slow link: 64 kbit/s, and 300 ms from a key to its answer even if that is one
//! byte. The program and its terminal are real, the link is arithmetic: bytes are counted, and leave
//! one after another at 8,000 a second, so nothing here waits for a link and nothing is timed.

use std::time::Duration;

use crate::FIRST;
use crate::line::{FRAME_END, Line};
use crate::session::{Home, PROGRAM};

/// 64 kbit/s, in bytes.
const BYTES_PER_SECOND: u32 = 8_000;
/// There and back.
const ROUND_TRIP: Duration = Duration::from_millis(300);
/// From one key to the next, of a key that is held.
const HELD: Duration = Duration::from_millis(33);
/// Half of what fzf sends for a step of its cursor.
const CURSOR_BUDGET: usize = 182;

/// Moves within the first rows and columns: each changes something, and the last leads to where the
/// first began.
const MOVES: &str = "jljlkhkhjlhk";
/// How often they are made: 60 keys.
const ROUNDS: usize = 5;

/// What a key does, and what its answer may cost in the median.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Little changes, and the next key follows before the answer is there.
    Common(&'static str),
    /// Another screen, that is looked at before the next key: so much for each of its cells.
    Screen(&'static str),
}
use Kind::{Common, Screen};

/// Bytes for each hundred cells of a screen that changes as a whole.
const SCREEN_BUDGET: usize = 120;
const START_BUDGET: usize = 8_000;

/// The kind of a key, the key, and what its answer shows.
type Step = (Kind, &'static str, &'static str);

const SCRIPT: [Step; 39] = [
    (Screen("page opened"), "\r", "AML.T0000 "),
    (Common("page scrolled"), "J", ""),
    (Common("page scrolled"), "J", ""),
    (Common("next link"), "j", ""),
    (Common("next link"), "j", ""),
    (Screen("way back"), "[", "Matrix z0"),
    (Common("search opened"), "/", "Find in"),
    (Common("search letter"), "p", "> p"),
    (Common("search letter"), "r", "> pr"),
    (Common("search letter"), "o", "> pro"),
    (Common("search letter"), "m", "> prom"),
    (Common("search letter"), "p", "> promp"),
    (Common("search letter"), "t", "> prompt"),
    (Screen("page opened"), "\r", "AML."),
    (Screen("way back"), "[", "Matrix z0"),
    (Common("menu of keys"), "m", "partial"),
    (Common("mark"), "p", "1/208 assessed, saved"),
    (Common("menu of keys"), "z", ""),
    (Common("sub-techniques"), "s", ""),
    (Screen("zoom"), "+", "Matrix z1"),
    (Screen("zoom"), "+", "Matrix z2"),
    (Screen("zoom"), "-", "Matrix z1"),
    (Screen("zoom"), "0", "Matrix z0"),
    (Common("menu of keys"), "f", ""),
    (Common("filter chosen"), "p", ""),
    (Common("filter chosen"), "j", ""),
    (Common("filter set"), " ", ""),
    (Common("filter closed"), "\r", ""),
    (Common("menu of keys"), "f", ""),
    (Common("filter set"), "0", ""),
    (Screen("help"), "?", "On the matrix"),
    (Common("help scrolled"), "j", ""),
    (Screen("way back"), "q", "Matrix z0"),
    (Screen("list"), "2", ""),
    (Common("cursor in a list"), "j", ""),
    (Common("cursor in a list"), "j", ""),
    (Common("cursor in a list"), "k", ""),
    (Common("page of a list"), "\x06", ""),
    (Screen("way back"), "1", "Matrix z0"),
];

/// Types one key and reads its answer; its bytes.
fn cost(line: &mut Line, keys: &str, shown: &str) -> usize {
    let (bytes, frames) = (line.bytes.len(), line.frames());
    line.type_keys(keys);
    line.until(&format!("{keys:?} {shown}"), |line| {
        line.frames() > frames && line.is_whole() && line.text().contains(shown)
    });
    line.bytes.len() - bytes
}

fn start(size: (u16, u16), first: &str) -> (Line, Home) {
    let home = Home::new();
    let ssh = [("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22")];
    let mut line = Line::start(&home, size, &["setsid", "-c", PROGRAM], &ssh);
    line.until_shown(FIRST);
    if !first.is_empty() {
        cost(&mut line, first, "");
    }
    (line, home)
}

/// The link, in its own time. Bytes leave one after another.
#[derive(Default)]
struct Link {
    now: Duration,
    /// When the bytes so far have left.
    free: Duration,
}

impl Link {
    /// How long after a key is pressed now the whole of its answer is there. Half the round trip lies
    /// before the program has the key, the other half after the answer has left.
    fn answer(&mut self, bytes: usize) -> Duration {
        self.free = self.free.max(self.now + ROUND_TRIP / 2) + leaving(bytes);
        (self.free + ROUND_TRIP / 2).saturating_sub(self.now)
    }
}

/// What the link takes for so many bytes.
fn leaving(bytes: usize) -> Duration {
    Duration::from_secs(1) * u32::try_from(bytes).unwrap() / BYTES_PER_SECOND
}

/// The bytes of one kind of key: of all times that it was pressed.
#[derive(Default)]
struct Costs(Vec<(Kind, Vec<usize>)>);

impl Costs {
    fn add(&mut self, kind: Kind, bytes: usize) {
        match self.0.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, all)) => all.push(bytes),
            None => self.0.push((kind, vec![bytes])),
        }
    }
}

/// How fast common keys are typed, without waiting for answers, and how long an answer may take the link
/// besides the round trip, with those before it that are on their way still.
struct Pace {
    typed: Duration,
    most: Duration,
}

impl Pace {
    const fn new(typed: u64, most: u64) -> Pace {
        Pace { typed: Duration::from_millis(typed), most: Duration::from_millis(most) }
    }
}

/// Runs the script in a terminal of this size, prints a row for each kind of key, and holds it to its
/// budget. `first` is typed before: the pane beside the matrix goes with `w`.
fn run(size: (u16, u16), first: &str, cursor_budget: usize, pace: Pace) {
    let (mut line, _home) = start(size, first);
    let first_frame = line.bytes.windows(FRAME_END.len()).position(|w| w == FRAME_END).unwrap();
    let (mut costs, mut link, mut slowest) = (Costs::default(), Link::default(), Duration::ZERO);
    let mut take = |line: &mut Line, (kind, key, shown): Step| {
        let bytes = cost(line, key, shown);
        costs.add(kind, bytes);
        let took = link.answer(bytes);
        // Who has to look first waits; a quick typist goes on.
        if let Screen(_) = kind {
            link.now += took;
        } else {
            slowest = slowest.max(took);
            link.now += pace.typed;
        }
        bytes
    };
    let mut moves = Vec::new();
    for key in [MOVES; ROUNDS].iter().flat_map(|moves| moves.split_inclusive(|_| true)) {
        moves.push(take(&mut line, (Common("cursor"), key, "")));
    }
    // Wide pages show their first rows and their last at once.
    let scrolls = size.0 < 120;
    for step in SCRIPT.into_iter().filter(|(kind, ..)| scrolls || *kind != Common("page scrolled")) {
        take(&mut line, step);
    }
    println!(
        "{}x{} {first}: {first_frame} bytes, {} ms for the first frame",
        size.0,
        size.1,
        leaving(first_frame).as_millis()
    );
    assert!(first_frame <= START_BUDGET);
    let screen_budget = usize::from(size.0) * usize::from(size.1) * SCREEN_BUDGET / 100;
    for (kind, mut all) in costs.0 {
        all.sort_unstable();
        let (median, most) = (all[all.len() / 2], all[all.len() - 1]);
        let (name, budget) = match kind {
            Common("cursor") => ("cursor", cursor_budget),
            Common(name) => (name, 2_400),
            Screen(name) => (name, screen_budget),
        };
        println!(
            "| {name} | {} | {median} | {most} | {} | {} |",
            all.len(),
            leaving(median).as_millis(),
            leaving(most).as_millis()
        );
        assert!(median <= budget, "{kind:?} at {size:?}: {median} bytes in the median, not {budget}");
    }
    let (slowest, most) = (slowest.as_millis(), (ROUND_TRIP + pace.most).as_millis());
    println!("the slowest answer to a common key, typed every {} ms: {slowest} ms", pace.typed.as_millis());
    assert!(slowest <= most, "{slowest} ms, not {most}, for a common key at {size:?}");
    // A key that is held, and what is still on its way when it is let go.
    let mut held = Link::default();
    let mut behind = Duration::ZERO;
    for bytes in &moves {
        behind = held.answer(*bytes);
        held.now += HELD;
    }
    println!("the last of 60 steps of a held key: {} ms", behind.as_millis());
    line.type_keys("q");
    assert_eq!(line.end().code(), Some(0));
}

#[test]
fn typical_use_at_80x24() {
    run((80, 24), "", CURSOR_BUDGET, Pace::new(125, 320));
}

#[test]
fn typical_use_at_120x40_without_the_pane() {
    // The first letters of a search fill a pane of 40 rows with hits, each another page beside it.
    run((120, 40), "w", CURSOR_BUDGET, Pace::new(125, 900));
}

#[test]
fn typical_use_at_120x40() {
    // The page beside the matrix comes when the cursor rests, so a step is as short as without it.
    run((120, 40), "", CURSOR_BUDGET, Pace::new(125, 900));
}

#[test]
fn what_is_typed_ahead_is_one_frame() {
    let (mut line, _home) = start((80, 24), "");
    let (bytes, frames) = (line.bytes.len(), line.frames());
    line.type_keys(&format!("{}ljj", MOVES.repeat(20)));
    line.until("the last step", |line| line.text().contains("T0016 Obtain Capabilities") && line.is_whole());
    // The terminal may hand the keys over in two parts.
    let (bytes, frames) = (line.bytes.len() - bytes, line.frames() - frames);
    println!("243 keys at once: {frames} frames, {bytes} bytes");
    assert!(frames <= 2 && bytes <= 2 * CURSOR_BUDGET, "{frames} frames, {bytes} bytes");
}
