//! A power cut at any moment: what was asked of the disk is replayed up to some call, of what was not
//! synced any part is dropped, and the program is started on what is left.

use std::collections::BTreeMap;
use std::fs::Metadata;

use super::faults::{Faulty, to};
use super::*;

/// A call that changes something. Files are numbered in the order in which they are made.
#[derive(Debug, Clone)]
pub enum Op {
    Create(PathBuf, usize),
    Write(usize, usize, Vec<u8>),
    SetLen(usize, usize),
    Sync(usize),
    Rename(PathBuf, PathBuf),
    Remove(PathBuf),
    SyncDirectory(PathBuf),
    MakeDirectory(PathBuf),
    /// Another name for a file, made by the test and safe at once.
    Link(PathBuf, PathBuf),
    /// From here on the mark has to be one of these.
    Said(ObjectId, Vec<Status>),
}

/// What was asked of a disk.
#[derive(Debug, Default)]
pub struct Recorder {
    pub ops: Vec<Op>,
    files: BTreeMap<(u64, u64), usize>,
    next: usize,
}

impl Recorder {
    pub fn created(&mut self, meta: &Metadata) -> usize {
        self.next += 1;
        self.files.insert((meta.dev(), meta.ino()), self.next);
        self.next
    }

    /// 0 for files that were there before; none are where power cuts are tried.
    pub fn number(&self, meta: &Metadata) -> usize {
        self.files.get(&(meta.dev(), meta.ino())).copied().unwrap_or(0)
    }
}

/// Bytes from an offset on, or, without bytes, another length.
type Change = (usize, Option<Vec<u8>>);

/// A change of names in a directory that may not be on the disk yet.
#[derive(Debug, Clone)]
enum Naming {
    Add(PathBuf, usize),
    Move(PathBuf, PathBuf),
    Drop(PathBuf),
}

/// The number of all directories.
const DIRECTORY: usize = usize::MAX;

/// What the disk holds for sure, and what may have reached it.
#[derive(Debug, Default, Clone)]
struct Model {
    root: PathBuf,
    names: BTreeMap<PathBuf, usize>,
    /// Per directory, in order: a journalling file system keeps the order within a directory.
    namings: BTreeMap<PathBuf, Vec<Naming>>,
    contents: BTreeMap<usize, Vec<u8>>,
    /// Writes and truncations per file.
    changes: BTreeMap<usize, Vec<Change>>,
    said: BTreeMap<ObjectId, Vec<Status>>,
}

fn rename(names: &mut BTreeMap<PathBuf, usize>, naming: &Naming) {
    match naming {
        Naming::Add(path, file) => drop(names.insert(path.clone(), *file)),
        Naming::Move(from, to) => {
            if let Some(file) = names.remove(from) {
                names.insert(to.clone(), file);
            }
        }
        Naming::Drop(path) => drop(names.remove(path)),
    }
}

fn change(content: &mut Vec<u8>, (at, bytes): &Change) {
    match bytes {
        None => content.resize(*at, 0),
        Some(bytes) => {
            if content.len() < at + bytes.len() {
                content.resize(at + bytes.len(), 0);
            }
            content[*at..at + bytes.len()].copy_from_slice(bytes);
        }
    }
}

impl Model {
    fn take(&mut self, op: &Op) {
        let parent = |path: &Path| path.parent().unwrap().to_owned();
        let mut name = |path: &Path, naming| self.namings.entry(parent(path)).or_default().push(naming);
        match op {
            Op::Create(path, file) => name(path, Naming::Add(path.clone(), *file)),
            Op::Rename(from, to) => name(to, Naming::Move(from.clone(), to.clone())),
            Op::Remove(path) => name(path, Naming::Drop(path.clone())),
            Op::Write(file, at, bytes) => {
                self.changes.entry(*file).or_default().push((*at, Some(bytes.clone())));
            }
            Op::SetLen(file, length) => self.changes.entry(*file).or_default().push((*length, None)),
            Op::Sync(file) => {
                let content = self.contents.entry(*file).or_default();
                for done in self.changes.remove(file).unwrap_or_default() {
                    change(content, &done);
                }
            }
            Op::SyncDirectory(path) => {
                for naming in self.namings.remove(path).unwrap_or_default() {
                    rename(&mut self.names, &naming);
                }
            }
            Op::MakeDirectory(path) => name(path, Naming::Add(path.clone(), DIRECTORY)),
            Op::Link(from, to) => {
                let file = self.names[from];
                self.names.insert(to.clone(), file);
            }
            Op::Said(id, status) => drop(self.said.insert(*id, status.clone())),
        }
    }

    /// What is left after a power cut: all that is sure, and of the rest what the dice let through.
    fn cut(&self, dice: &mut Dice) -> (BTreeMap<PathBuf, usize>, BTreeMap<usize, Vec<u8>>) {
        let mut names = self.names.clone();
        for namings in self.namings.values() {
            for naming in &namings[..dice.up_to(namings.len())] {
                rename(&mut names, naming);
            }
        }
        // What lies in a directory that is lost is lost.
        let root = self.root.as_path();
        let all = names.clone();
        let is_there = |path: &Path| {
            let mut above = path.ancestors().skip(1).take_while(|above| *above != root);
            above.all(|above| all.contains_key(above))
        };
        names.retain(|path, file| *file != DIRECTORY && is_there(path));
        let mut contents = self.contents.clone();
        for (file, changes) in &self.changes {
            let content = contents.entry(*file).or_default();
            for (at, bytes) in changes {
                match bytes {
                    _ if dice.up_to(1) == 0 => {}
                    None => change(content, &(*at, None)),
                    Some(bytes) => {
                        // A write is torn anywhere.
                        let end = dice.up_to(bytes.len());
                        change(content, &(*at, Some(bytes[..end].to_vec())));
                    }
                }
            }
        }
        (names, contents)
    }
}

/// How much of what is not sure reaches the disk.
enum Dice {
    Nothing,
    All,
    Random(u64),
}

impl Dice {
    /// A number from 0 to `most`.
    fn up_to(&mut self, most: usize) -> usize {
        match self {
            Dice::Nothing => 0,
            Dice::All => most,
            Dice::Random(seed) => {
                // Xorshift, by Marsaglia.
                *seed ^= *seed << 13;
                *seed ^= *seed >> 7;
                *seed ^= *seed << 17;
                (*seed >> 16) as usize % (most + 1)
            }
        }
    }
}

fn quiet_store(place: &Place, disk: Arc<Faulty>) -> Store {
    Store::on(Paths { assessment: place.path("data/marks.yaml"), state: place.path("state") }, disk)
}

/// Puts a state into the place that it was recorded in.
fn lay_out(place: &Place, names: &BTreeMap<PathBuf, usize>, contents: &BTreeMap<usize, Vec<u8>>) {
    for entry in fs::read_dir(place.dir.path()).unwrap() {
        fs::remove_dir_all(entry.unwrap().path()).unwrap();
    }
    let mut made: BTreeMap<usize, &Path> = BTreeMap::new();
    for (path, file) in names {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        match made.get(file) {
            Some(first) => fs::hard_link(first, path).unwrap(),
            None => fs::write(path, contents.get(file).map_or(&[][..], Vec::as_slice)).unwrap(),
        }
        made.insert(*file, path);
    }
    // A copy for overwriting is named after the file itself, which is another one here.
    let is_copy = |path: &&PathBuf| path.file_name().unwrap().to_str().unwrap().starts_with("overwriting-");
    if let (Some(copy), Ok(meta)) = (names.keys().find(is_copy), fs::metadata(place.path("data/marks.yaml")))
    {
        let name = format!("overwriting-{:x}-{:x}", meta.dev(), meta.ino());
        fs::rename(copy, copy.with_file_name(name)).unwrap();
    }
}

#[test]
fn a_power_cut_at_any_moment_loses_nothing_that_was_reported_saved() {
    // Links in the path of the temporary directory would be seen as other names.
    let place = Place { dir: tempfile::tempdir_in(fs::canonicalize(std::env::temp_dir()).unwrap()).unwrap() };
    let disk = Arc::new(Faulty::default());
    let store = quiet_store(&place, disk.clone());
    let (none, gap, covered) = (Status::Unassessed, Status::Gap, Status::Covered);
    let said = |text: &str, allowed: &[Status]| {
        disk.recorder.lock().unwrap().ops.push(Op::Said(id(text), allowed.to_vec()));
    };
    let keep = |session: &mut Session, text: &str, before, after| {
        said(text, &[before, after]);
        session.keep(&[to(text, before, after)]).unwrap();
        said(text, &[after]);
    };
    // Into a file that is not there yet, several at once, and an end before the last is in the file.
    let mut session = store.session();
    keep(&mut session, "AML.T0001", none, gap);
    session.commit(&catalog()).unwrap();
    keep(&mut session, "AML.T0002", none, gap);
    keep(&mut session, "AML.T0003", none, gap);
    session.commit(&catalog()).unwrap();
    keep(&mut session, "AML.T0001", gap, covered);
    drop(session);
    // Found by the next one, who marks by verb and takes it back.
    assert_eq!(store.open(&catalog()).notices.len(), 1);
    said("AML.T0004", &[none, gap]);
    store.commit(&catalog(), &to("AML.T0004", none, gap)).unwrap();
    said("AML.T0004", &[gap]);
    said("AML.T0004", &[gap, none]);
    store.commit(&catalog(), &Record::Undo).unwrap();
    said("AML.T0004", &[none]);
    // Overwritten in place, because it has another name.
    let (file, link) = (place.path("data/marks.yaml"), place.path("data/link.yaml"));
    fs::hard_link(&file, &link).unwrap();
    disk.recorder.lock().unwrap().ops.push(Op::Link(file, link));
    let mut session = store.session();
    keep(&mut session, "AML.T0003", gap, covered);
    session.commit(&catalog()).unwrap();
    keep(&mut session, "AML.T0000", none, covered);
    session.commit(&catalog()).unwrap();
    session.finish(&catalog());

    let ops = std::mem::take(&mut disk.recorder.lock().unwrap().ops);
    let mut model = Model { root: place.dir.path().to_owned(), ..Model::default() };
    let mut count = 0;
    for (at, op) in ops.iter().enumerate() {
        model.take(op);
        let random = (1..=4).map(|n| Dice::Random(0x9e37_79b9_7f4a_7c15 ^ ((at as u64 + 1) << 8) ^ n));
        for (which, mut dice) in [Dice::Nothing, Dice::All].into_iter().chain(random).enumerate() {
            let (names, contents) = model.cut(&mut dice);
            lay_out(&place, &names, &contents);
            let loaded = quiet_store(&place, Arc::new(Faulty::default())).open(&catalog());
            let what = format!("cut after {at} ({op:?}), dice {which}, {:?}", loaded.notices);
            assert_eq!(loaded.read_only, None, "{what}");
            for (id, allowed) in &model.said {
                let status = loaded.assessment.mark(*id).status;
                assert!(allowed.contains(&status), "{what}: {id} is {status:?}, not {allowed:?}");
            }
            count += 1;
        }
    }
    println!("{count} power cuts survived: after each of {} calls, six ways each", ops.len());
    assert!(ops.len() > 80, "only {} calls", ops.len());
}
