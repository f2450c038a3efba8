//! The assessment file: text -> [`Document`], and what of it the program works on.
//!
//! A document holds what the file holds, unknown fields and comments included, and knows nothing of
//! a catalogue. [`Document::view`] is what the program works on: split into marks and retired marks,
//! with texts that are safe to show. An edit goes to the document itself (`merge.rs`), so a text that nobody
//! changed is written back as it stood, even where the view had to clean it.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::error::one_line;
use super::tree::{self, Fault, Node, Value};
use crate::catalog::{Catalog, Kind, ObjectId, sanitize};
use crate::coverage::{About, Assessment, Claim, Conflict, Evidence, EvidenceKind, Field, Mark, Status};

/// Fields that this version does not know, kept for one that does.
pub(super) type Fields = Vec<(Node, Node)>;

/// One assessment file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Document {
    /// Empty for a new assessment.
    pub release: String,
    pub about: About,
    /// What makes the file a snapshot.
    pub snapshot: Option<Taken>,
    pub entries: BTreeMap<ObjectId, Entry>,
    /// The ids under `marks:` with their names, marked or not.
    pub listed: BTreeMap<ObjectId, String>,
    /// Unknown fields at the top level.
    pub extra: Fields,
    /// Comments before the first mark, without those that every file starts with.
    pub comments: Vec<String>,
}

/// The name and the day of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    pub name: String,
    pub on: Date,
}

/// What the file says of one id.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Entry {
    /// Only of use for ids that the catalogue does not have.
    pub name: Option<String>,
    pub mark: Mark,
    pub extra: Fields,
    /// Unknown fields of pieces of evidence, with the evidence that they belong to.
    pub evidence_extra: Vec<(Evidence, Fields)>,
    pub comments: Vec<String>,
}

impl Entry {
    /// Whether dropping it would lose nothing.
    pub fn is_empty(&self) -> bool {
        self.mark.is_empty() && self.extra.is_empty() && self.comments.is_empty()
    }
}

/// Why a file is not taken for an assessment, and what helps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Damage {
    pub line: Option<usize>,
    pub what: String,
    pub now: &'static str,
}

const CORRECT: &str = "correct it there and open it again";
const RESTORE: &str = "restore it from git or a backup, or end it with a line `...` if it is whole";
const LATER: &str = "open it with a later atlasnav";
const ANOTHER: &str = "name another file with -C";

fn damage(line: impl Into<Option<usize>>, what: impl Into<String>) -> Damage {
    Damage { line: line.into(), what: what.into(), now: CORRECT }
}

impl From<Fault> for Damage {
    fn from(fault: Fault) -> Damage {
        damage(fault.line, fault.what)
    }
}

impl Document {
    /// Reads a whole file, or says why it is none. Never returns a part of one.
    pub fn read(bytes: &[u8]) -> Result<Document, Damage> {
        let text = str::from_utf8(bytes).map_err(|error| {
            let line = bytes[..error.valid_up_to()].split(|b| *b == b'\n').count();
            Damage { now: ANOTHER, ..damage(line, "this is no UTF-8 text") }
        })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        check_lines(text)?;
        let root = tree::parse(text)?;
        let (mut document, keys) = Document::from_tree(&root)?;
        document.take_comments(text, &root, &keys);
        document.entries.retain(|_, entry| !entry.is_empty());
        Ok(document)
    }

    /// Also returns the lines of the ids.
    fn from_tree(root: &Node) -> Result<(Document, BTreeMap<usize, ObjectId>), Damage> {
        let mut document = Document::default();
        let mut keys = BTreeMap::new();
        let mut marks = None;
        for (key, value) in fields(root)? {
            match key.text().unwrap_or_default() {
                "format" => {}
                "release" => document.release = text(value)?.unwrap_or_default(),
                "name" => document.about.name = text(value)?.unwrap_or_default(),
                "platforms" => {
                    let items = list(value)?.iter().map(|item| Ok(text(item)?.unwrap_or_default()));
                    document.about.platforms = items.collect::<Result<_, Damage>>()?;
                }
                "snapshot" => document.snapshot = Some(taken(value)?),
                "marks" => {
                    document.read_marks(value, &mut keys)?;
                    let names = document.entries.iter();
                    document.listed =
                        names.map(|(id, e)| (*id, e.name.clone().unwrap_or_default())).collect();
                    marks = Some(());
                }
                "retired" => document.read_marks(value, &mut keys)?,
                _ => document.extra.push((key.clone(), value.clone())),
            }
        }
        marks.ok_or_else(|| damage(None, "it has no `marks:`"))?;
        Ok((document, keys))
    }

    fn read_marks(&mut self, marks: &Node, keys: &mut BTreeMap<usize, ObjectId>) -> Result<(), Damage> {
        for (key, value) in fields(marks)? {
            let id = key.text().unwrap_or_default();
            let id = id
                .parse::<ObjectId>()
                .ok()
                .filter(|id| matches!(id.kind(), Kind::Technique | Kind::Mitigation))
                .ok_or_else(|| {
                    let id = one_line(id);
                    damage(key.line, format!("`{id}` is no technique's or mitigation's id such as AML.T0051"))
                })?;
            let entry = Entry::from_tree(value)?;
            // A merge can leave an id under both `marks:` and `retired:`.
            if let Some(other) = self.entries.get(&id)
                && !other.is_empty()
                && !entry.is_empty()
            {
                return Err(damage(key.line, format!("{id} stands both under `marks:` and `retired:`")));
            }
            if !entry.is_empty() || !self.entries.contains_key(&id) {
                self.entries.insert(id, entry);
            }
            keys.insert(key.line, id);
        }
        Ok(())
    }

    /// Comments go above the mark that they stand over or in, so that a save keeps them.
    fn take_comments(&mut self, text: &str, root: &Node, keys: &BTreeMap<usize, ObjectId>) {
        let mut scalars = Vec::new();
        collect_scalars(root, &mut scalars);
        scalars.sort_unstable();
        let mut waiting = Vec::new();
        let mut owner = None;
        let mut start = 0;
        for (index, line) in text.split_inclusive('\n').enumerate() {
            let comment = comment_in(line, start, &scalars);
            start += line.len();
            let full = comment.is_some_and(|(at, _)| line[..at].trim().is_empty());
            if !full && !line.trim().is_empty() {
                let next = keys.get(&(index + 1)).copied();
                self.keep(next.or(owner), &mut waiting);
                owner = next.or(owner);
            }
            if let Some((_, comment)) = comment
                && !super::emit::HEADER.contains(&comment)
            {
                waiting.push(one_line(comment));
                if !full {
                    self.keep(owner, &mut waiting);
                }
            }
        }
        self.keep(owner, &mut waiting);
    }

    fn keep(&mut self, owner: Option<ObjectId>, comments: &mut Vec<String>) {
        match owner.and_then(|id| self.entries.get_mut(&id)) {
            Some(entry) => entry.comments.append(comments),
            None => self.comments.append(comments),
        }
    }

    /// What the program shows: texts cleaned, marks of ids that the catalogue lacks set apart.
    pub fn view(&self, catalog: &Catalog) -> Assessment {
        let About { name, platforms } = &self.about;
        let platforms = platforms.iter().map(|key| one_line(key)).collect();
        let about = About { name: one_line(name), platforms };
        let mut view = Assessment { about, release: one_line(&self.release), ..Assessment::default() };
        for (id, entry) in &self.entries {
            if !entry.mark.is_empty() {
                let marks = if catalog.contains(*id) { &mut view.marks } else { &mut view.retired };
                marks.insert(*id, clean_mark(&entry.mark));
            }
        }
        view
    }
}

/// What has to hold before the text is worth parsing: it is ours, unmerged nowhere, whole.
fn check_lines(text: &str) -> Result<(), Damage> {
    if text.trim().is_empty() {
        return Err(Damage {
            now: RESTORE,
            ..damage(None, "it is empty, where at least `format: 1` was written")
        });
    }
    let format = text.lines().find_map(|line| line.strip_prefix("format:"));
    let atlas = ["format-version:", "matrices:", "id: ATLAS"];
    if format.is_none() && text.lines().any(|line| atlas.iter().any(|start| line.starts_with(start))) {
        return Err(Damage { now: ANOTHER, ..damage(None, "this is a release of ATLAS, not an assessment") });
    }
    let marker = |line: &str| {
        ["<<<<<<<", "|||||||", "=======", ">>>>>>>"].into_iter().find(|marker| {
            line.strip_prefix(marker).is_some_and(|r| r.trim_end().is_empty() || r.starts_with(' '))
        })
    };
    for (index, line) in text.lines().enumerate() {
        if let Some(marker) = marker(line) {
            let what = format!("`{marker}` is left from a git merge");
            return Err(Damage {
                now: "resolve the merge there and open it again",
                ..damage(index + 1, what)
            });
        }
    }
    let Some(format) = format else {
        return Err(Damage {
            now: ANOTHER,
            ..damage(None, "this is no assessment: it has no line `format: 1`")
        });
    };
    if text.trim_end().lines().last() != Some("...") {
        let last = text.trim_end().lines().count();
        return Err(Damage {
            now: RESTORE,
            ..damage(last, "the last line `...` is missing, so the file may be cut off")
        });
    }
    match format.split('#').next().unwrap_or_default().trim() {
        "1" => Ok(()),
        other => {
            let line = text.lines().position(|line| line.starts_with("format:")).map(|at| at + 1);
            let other: String = one_line(other).chars().take(20).collect();
            Err(Damage { now: LATER, ..damage(line, format!("format `{other}` is not known, only 1")) })
        }
    }
}

impl Entry {
    fn from_tree(node: &Node) -> Result<Entry, Damage> {
        let mut entry = Entry::default();
        let mark = &mut entry.mark;
        for (key, value) in fields(node)? {
            match key.text().unwrap_or_default() {
                "name" => entry.name = text(value)?,
                "status" => mark.status = status(value)?,
                "owner" => mark.owner = text(value)?,
                "note" => mark.note = text(value)?,
                "evidence" => {
                    for item in list(value)? {
                        let (evidence, extra) = evidence(item)?;
                        if !extra.is_empty() {
                            entry.evidence_extra.push((evidence.clone(), extra));
                        }
                        mark.evidence.push(evidence);
                    }
                }
                "tested" => mark.tested = date(value)?,
                "review" => mark.review = date(value)?,
                "by" => mark.by = text(value)?,
                "on" => mark.on = date(value)?,
                "log" => {
                    let lines = list(value)?.iter().map(|line| Ok(text(line)?.unwrap_or_default()));
                    mark.log = lines.collect::<Result<_, Damage>>()?;
                }
                "conflict" => {
                    mark.conflicts = list(value)?.iter().map(conflict).collect::<Result<_, _>>()?;
                }
                _ => entry.extra.push((key.clone(), value.clone())),
            }
        }
        Ok(entry)
    }
}

fn evidence(node: &Node) -> Result<(Evidence, Fields), Damage> {
    let (mut kind, mut what, mut link, mut on) = (None, None, None, None);
    let mut extra = Fields::new();
    for (key, value) in fields(node)? {
        match key.text().unwrap_or_default() {
            "kind" => {
                let known = value.text().and_then(EvidenceKind::from_word);
                let unknown = || damage(value.line, "evidence is of kind prevent, detect or respond");
                kind = Some(known.ok_or_else(unknown)?);
            }
            "what" => what = text(value)?,
            "link" => link = text(value)?,
            "on" => on = date(value)?,
            _ => extra.push((key.clone(), value.clone())),
        }
    }
    let kind = kind.ok_or_else(|| damage(node.line, "evidence has no `kind:`"))?;
    Ok((Evidence { kind, what: what.unwrap_or_default(), link, on }, extra))
}

fn taken(node: &Node) -> Result<Taken, Damage> {
    let (mut name, mut on) = (String::new(), None);
    for (key, value) in fields(node)? {
        match key.text().unwrap_or_default() {
            "name" => name = text(value)?.unwrap_or_default(),
            "on" => on = date(value)?,
            _ => return Err(damage(key.line, "a snapshot has the fields name and \"on\"")),
        }
    }
    let on = on.ok_or_else(|| damage(node.line, "a snapshot has no \"on\":"))?;
    Ok(Taken { name, on })
}

fn conflict(node: &Node) -> Result<Conflict, Damage> {
    let (mut field, mut said, mut by, mut on) = (None, None, None, None);
    for (key, value) in fields(node)? {
        match key.text().unwrap_or_default() {
            "field" => {
                let word = text(value)?.unwrap_or_default();
                field = Some(Field::from_word(&word).ok_or_else(|| {
                    let words = Field::ALL.map(Field::word).join(", ");
                    let word: String = one_line(&word).chars().take(40).collect();
                    damage(value.line, format!("`{word}` is no field with conflicts (known: {words})"))
                })?);
            }
            "value" => said = Some(value),
            "by" => by = text(value)?,
            "on" => on = date(value)?,
            _ => return Err(damage(key.line, "a conflict has the fields field, value, by and \"on\"")),
        }
    }
    let field = field.ok_or_else(|| damage(node.line, "a conflict has no `field:`"))?;
    let words = || said.map_or(Ok(None), text);
    let day = || said.map_or(Ok(None), date);
    let claim = match field {
        Field::Status => {
            let said = said.ok_or_else(|| damage(node.line, "a conflict of status has no `value:`"))?;
            Claim::Status(status(said)?)
        }
        Field::Owner => Claim::Owner(words()?),
        Field::Note => Claim::Note(words()?),
        Field::Tested => Claim::Tested(day()?),
        Field::Review => Claim::Review(day()?),
    };
    Ok(Conflict { claim, by, on })
}

fn status(node: &Node) -> Result<Status, Damage> {
    let Some(word) = text(node)? else { return Ok(Status::Unassessed) };
    Status::from_word(&word).ok_or_else(|| {
        let words = Status::ALL.map(Status::word);
        let near = words.iter().find(|w| strsim::osa_distance(w, &word.to_lowercase()) <= 2);
        let near = near.map(|w| format!(", did you mean {w}?")).unwrap_or_default();
        let word: String = one_line(&word).chars().take(40).collect();
        damage(node.line, format!("`{word}` is no status{near} (known: {})", words.join(", ")))
    })
}

fn date(node: &Node) -> Result<Option<Date>, Damage> {
    let Some(text) = text(node)? else { return Ok(None) };
    let date = if text.len() == 10 { text.parse().ok() } else { None };
    date.map(Some).ok_or_else(|| {
        let text: String = one_line(&text).chars().take(40).collect();
        damage(node.line, format!("`{text}` is no date such as 2026-11-23"))
    })
}

/// None for null.
fn text(node: &Node) -> Result<Option<String>, Damage> {
    if node.is_null() {
        return Ok(None);
    }
    let text = node.text().ok_or_else(|| damage(node.line, "a text is expected here"))?;
    Ok(Some(text.to_owned()))
}

/// Empty for null.
fn fields(node: &Node) -> Result<&[(Node, Node)], Damage> {
    match &node.value {
        Value::Map(fields) => Ok(fields),
        _ if node.is_null() => Ok(&[]),
        _ => Err(damage(node.line, "fields such as `status: gap` are expected here")),
    }
}

/// Empty for null.
fn list(node: &Node) -> Result<&[Node], Damage> {
    match &node.value {
        Value::List(items) => Ok(items),
        _ if node.is_null() => Ok(&[]),
        _ => Err(damage(node.line, "a list, each item after `- `, is expected here")),
    }
}

fn collect_scalars(node: &Node, into: &mut Vec<(usize, usize)>) {
    match &node.value {
        Value::Plain(_) | Value::Text(_) => into.push((node.span.start, node.span.end)),
        Value::List(items) => items.iter().for_each(|item| collect_scalars(item, into)),
        Value::Map(fields) => fields.iter().for_each(|(key, value)| {
            collect_scalars(key, into);
            collect_scalars(value, into);
        }),
    }
}

/// The comment in a line that starts at byte `start`, and where in the line it begins.
fn comment_in<'t>(line: &'t str, start: usize, scalars: &[(usize, usize)]) -> Option<(usize, &'t str)> {
    let inside = |at: usize| {
        let next = scalars.partition_point(|(from, _)| *from <= at);
        next > 0 && at < scalars[next - 1].1
    };
    line.match_indices('#')
        .find(|(at, _)| (*at == 0 || line[..*at].ends_with([' ', '\t'])) && !inside(start + at))
        .map(|(at, _)| (at, line[at..].trim_end()))
}

/// The mark with texts that are safe to show.
pub(super) fn clean_mark(mark: &Mark) -> Mark {
    let line = |text: &Option<String>| text.as_deref().map(one_line);
    let lines = |text: &str| sanitize(text, true).into_owned();
    let conflict = |c: &Conflict| {
        let claim = match &c.claim {
            Claim::Owner(owner) => Claim::Owner(line(owner)),
            Claim::Note(note) => Claim::Note(note.as_deref().map(lines)),
            other => other.clone(),
        };
        Conflict { claim, by: line(&c.by), on: c.on }
    };
    let evidence = |e: &Evidence| Evidence { what: one_line(&e.what), link: line(&e.link), ..e.clone() };
    Mark {
        status: mark.status,
        owner: line(&mark.owner),
        note: mark.note.as_deref().map(lines),
        evidence: mark.evidence.iter().map(evidence).collect(),
        tested: mark.tested,
        review: mark.review,
        by: line(&mark.by),
        on: mark.on,
        conflicts: mark.conflicts.iter().map(conflict).collect(),
        log: mark.log.iter().map(|line| one_line(line)).collect(),
    }
}
