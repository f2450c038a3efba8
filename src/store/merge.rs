//! Changes meet what a file holds: one edit, or a whole other file.
//!
//! Marks merge by the rules of [`coverage::merge`]. What else is in a file, comments and fields that
//! this version does not know, is taken over from both sides; there is no place for two values of
//! an unknown field, so ours stays and the name is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::assessment::{Document, Entry, Fields, clean_mark};
use super::commit::verify;
use super::disk::{Disk, Patient, RealDisk};
use super::tree::Node;
use super::{StoreError, error, file};
use crate::catalog::{Catalog, ObjectId};
use crate::coverage::{self, Clash, Conflict, Edit, Evidence, Mark, Merged};

/// What a merge of three files left open; it is in the file that was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Marks with conflicts, older ones that nobody has settled yet included.
    pub conflicts: Vec<ObjectId>,
    /// Fields that this version does not know and that both sides changed: ours stayed.
    pub unknown: Vec<String>,
}

/// Merges the change from `base` to `theirs` into the file `ours`, which is replaced as a whole or,
/// where any of the three can't be read, left as it is. An empty base stands for no common ancestor.
pub fn merge_files(
    catalog: &Catalog,
    base: &Path,
    ours: &Path,
    theirs: &Path,
) -> Result<Leftovers, StoreError> {
    let disk = &Patient(Arc::new(RealDisk));
    let ancestor = match read(disk, base)? {
        (_, bytes) if bytes.is_empty() => Document::default(),
        (path, bytes) => parse(&path, &bytes)?,
    };
    let (target, before) = read(disk, ours)?;
    let mut document = parse(&target, &before)?;
    let (path, bytes) = read(disk, theirs)?;
    let unknown = document.merge(&ancestor, &parse(&path, &bytes)?);
    let text = document.emit(catalog);
    let is_disputed = |entry: &Entry| entry.mark.disputed().next().is_some();
    let disputed = document.entries.iter().filter(|(_, entry)| is_disputed(entry));
    let leftovers = Leftovers { conflicts: disputed.map(|(id, _)| *id).collect(), unknown };
    if text.as_bytes() == before {
        return Ok(leftovers);
    }
    if let Some(obstacle) = file::obstacle(disk, &target) {
        return Err(StoreError::Refused(format!("not merged: {obstacle}")));
    }
    let tied = || {
        StoreError::Refused(format!(
            "not merged: {} has other names or an owner that another file can't have; merge a copy of it",
            error::show(&target)
        ))
    };
    if file::is_tied(disk, &target) {
        return Err(tied());
    }
    let replaced = file::replace(disk, &target, text.as_bytes(), 0o644, |written| {
        verify(&target, written, &text, &document, catalog)?;
        if file::read(disk, &target)?.is_none_or(|now| now != before) {
            return Err(StoreError::Contended { path: error::show(&target) });
        }
        Ok(())
    });
    match replaced {
        Ok(()) => Ok(leftovers),
        Err(file::Unreplaced::Tied) => Err(tied()),
        Err(file::Unreplaced::Failed(error)) => Err(error),
    }
}

/// The resolved path and the bytes of a file that has to be there.
fn read(disk: &dyn Disk, path: &Path) -> Result<(PathBuf, Vec<u8>), StoreError> {
    let target = file::resolve(disk, path)?;
    match file::read(disk, &target)? {
        Some(bytes) => Ok((target, bytes)),
        None => Err(StoreError::Refused(format!("{} is not there; see to its name", error::show(path)))),
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Document, StoreError> {
    Document::read(bytes).map_err(|damage| StoreError::Refused(error::describe(path, &damage)))
}

impl Document {
    /// Merges an edit into what the file says, and tells the fields that somebody else had changed
    /// otherwise. What the edit is not about stays as it is, to the letter.
    #[cfg(test)]
    pub fn apply(&mut self, edit: &Edit) -> Vec<Clash> {
        self.carry_out(edit, false)
    }

    /// The same, or where the edit is an undo, takes back what still stands and tells what was left.
    pub fn carry_out(&mut self, edit: &Edit, is_undo: bool) -> Vec<Clash> {
        let mut clashes = Vec::new();
        for change in &edit.changes {
            let entry = self.entries.entry(change.id).or_default();
            let merge = if is_undo { undo_of } else { coverage::merge };
            let Merged { mark, clashes: fields } =
                merge_marks(&change.before, &change.after, &entry.mark, merge);
            clashes.extend(Clash::of(change.id, fields));
            entry.evidence_extra.retain(|(evidence, _)| mark.evidence.contains(evidence));
            entry.mark = mark;
            if entry.is_empty() {
                self.entries.remove(&change.id);
            }
        }
        clashes
    }

    /// Merges another document of the same origin into this one. Returns the names of unknown
    /// fields that both changed.
    fn merge(&mut self, base: &Document, theirs: &Document) -> Vec<String> {
        let mut unknown = Vec::new();
        self.release = one_of(&base.release, &self.release, &theirs.release).clone();
        self.about.name = one_of(&base.about.name, &self.about.name, &theirs.about.name).clone();
        self.about.platforms =
            merge_lines(&base.about.platforms, &self.about.platforms, &theirs.about.platforms);
        let extra = merge_fields(&base.extra, &self.extra, &theirs.extra, "", &mut unknown);
        self.comments = merge_lines(&base.comments, &self.comments, &theirs.comments);
        self.listed = merge_names(&base.listed, &self.listed, &theirs.listed);
        let nothing = Entry::default();
        let ids: BTreeSet<ObjectId> = self.entries.keys().chain(theirs.entries.keys()).copied().collect();
        for id in ids {
            let [old, new] = [base, theirs].map(|document| document.entries.get(&id).unwrap_or(&nothing));
            let entry = self.entries.entry(id).or_default();
            entry.merge(id, old, new, &mut unknown);
            if entry.is_empty() {
                self.entries.remove(&id);
            }
        }
        self.extra = extra;
        unknown
    }
}

impl Entry {
    fn merge(&mut self, id: ObjectId, base: &Entry, theirs: &Entry, unknown: &mut Vec<String>) {
        self.mark = merge_marks(&base.mark, &self.mark, &theirs.mark, coverage::merge).mark;
        self.name = one_of(&base.name, &self.name, &theirs.name).clone();
        self.comments = merge_lines(&base.comments, &self.comments, &theirs.comments);
        let place = format!("{id}: ");
        self.extra = merge_fields(&base.extra, &self.extra, &theirs.extra, &place, unknown);
        // Unknown fields of evidence: a piece that both have keeps those of ours.
        for (evidence, fields) in &theirs.evidence_extra {
            if self.evidence_extra.iter().all(|(ours, _)| ours != evidence) {
                self.evidence_extra.push((evidence.clone(), fields.clone()));
            }
        }
        self.evidence_extra.retain(|(evidence, _)| self.mark.evidence.contains(evidence));
    }
}

/// Takes back what was made of `ours`, which is `base`, with the arguments in the order of a merge.
fn undo_of(base: &Mark, ours: &Mark, theirs: &Mark) -> Merged {
    coverage::take_back(ours, base, theirs)
}

/// Merges marks as they are shown, because an edit starts from what was shown; then puts back the
/// spelling of the file (`theirs`), or else of `ours`, for every text that came through unchanged.
fn merge_marks(base: &Mark, ours: &Mark, theirs: &Mark, merge: fn(&Mark, &Mark, &Mark) -> Merged) -> Merged {
    let sides = [theirs, ours].map(|raw| (raw, clean_mark(raw)));
    let merged = merge(&clean_mark(base), &sides[1].1, &sides[0].1);
    let Mark { status, owner, note, evidence, tested, review, by, on, conflicts, log } = merged.mark;
    let text = |shown: Option<String>, of: fn(&Mark) -> &Option<String>| {
        let raw = sides.iter().find(|(_, clean)| *of(clean) == shown);
        raw.map_or(shown.clone(), |(raw, _)| of(raw).clone())
    };
    let piece = |shown: Evidence| {
        let pieces = sides.iter().flat_map(|(raw, clean)| raw.evidence.iter().zip(&clean.evidence));
        pieces.clone().find(|(_, clean)| **clean == shown).map_or(shown.clone(), |(raw, _)| raw.clone())
    };
    let line = |shown: String| {
        let lines = sides.iter().flat_map(|(raw, clean)| raw.log.iter().zip(&clean.log));
        lines.clone().find(|(_, clean)| **clean == shown).map_or(shown.clone(), |(raw, _)| raw.clone())
    };
    let conflict = |shown: Conflict| {
        let conflicts = sides.iter().flat_map(|(raw, clean)| raw.conflicts.iter().zip(&clean.conflicts));
        conflicts.clone().find(|(_, clean)| **clean == shown).map_or(shown.clone(), |(raw, _)| raw.clone())
    };
    let mark = Mark {
        status,
        owner: text(owner, |m| &m.owner),
        note: text(note, |m| &m.note),
        evidence: evidence.into_iter().map(piece).collect(),
        tested,
        review,
        by: text(by, |m| &m.by),
        on,
        conflicts: conflicts.into_iter().map(conflict).collect(),
        log: log.into_iter().map(line).collect(),
    };
    Merged { mark, clashes: merged.clashes }
}

/// The changed one of two values; ours if both are.
fn one_of<'a, T: PartialEq>(base: &T, ours: &'a T, theirs: &'a T) -> &'a T {
    if ours == base { theirs } else { ours }
}

/// Ours without what they removed, then what they added.
fn merge_lines(base: &[String], ours: &[String], theirs: &[String]) -> Vec<String> {
    let kept = ours.iter().filter(|line| theirs.contains(line) || !base.contains(line));
    let new = theirs.iter().filter(|line| !ours.contains(line) && !base.contains(line));
    kept.chain(new).cloned().collect()
}

/// The ids under `marks:`, by the same rule.
fn merge_names(
    base: &BTreeMap<ObjectId, String>,
    ours: &BTreeMap<ObjectId, String>,
    theirs: &BTreeMap<ObjectId, String>,
) -> BTreeMap<ObjectId, String> {
    let ids: BTreeSet<ObjectId> = ours.keys().chain(theirs.keys()).copied().collect();
    let name = |id| one_of(&base.get(&id), &ours.get(&id), &theirs.get(&id)).cloned();
    ids.into_iter().filter_map(|id| Some((id, name(id)?))).collect()
}

/// Fields that this version does not know, by name; the names of those that both changed are pushed.
fn merge_fields(
    base: &Fields,
    ours: &Fields,
    theirs: &Fields,
    place: &str,
    unknown: &mut Vec<String>,
) -> Fields {
    fn value<'f>(fields: &'f Fields, name: &Node) -> Option<&'f Node> {
        fields.iter().find(|(key, _)| key.text() == name.text()).map(|(_, value)| value)
    }
    let new = theirs.iter().filter(|(key, _)| value(ours, key).is_none());
    let mut merged = Fields::new();
    for (key, _) in ours.iter().chain(new) {
        let [old, our, their] = [base, ours, theirs].map(|fields| value(fields, key));
        let value = if our != their && our != old && their != old {
            unknown.push(format!("{place}{}", error::one_line(key.text().unwrap_or_default())));
            our.or(their)
        } else {
            *one_of(&old, &our, &their)
        };
        if let Some(value) = value {
            merged.push((key.clone(), value.clone()));
        }
    }
    merged
}
