//! The verbs that change marks.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::{Context, about_missing, counted, near_key, print_json};
use crate::catalog::{Kind, ObjectId, sanitize};
use crate::cli::args::MarkArgs;
use crate::cli::output::{Output, complain};
use crate::cli::{Failure, json};
use crate::coverage::{
    Assessment, BadLine, Change, Edit, Mark, Record, State, Why, Wish, parse_evidence, read_marks,
};
use crate::search::near;
use crate::store::apart;

/// Largest file of lines, in bytes.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Bad lines that are told one by one.
const TOLD: usize = 20;

/// What is wanted of which objects.
pub(super) type Wanted = Vec<(ObjectId, Vec<Wish>)>;

impl Context<'_> {
    pub(super) fn mark(&self, args: &MarkArgs) -> Result<(), Failure> {
        let (wanted, assessment) = match &args.from {
            Some(file) => (self.read_lines(file)?, self.assessment_to_mark(true)?),
            None => self.wanted(args)?,
        };
        // A file is made under any name; that a key was mistyped would show much later.
        if near_key(self.store).is_some()
            && let Some(text) = about_missing(self.store, self.named)
        {
            complain(&text);
        }
        let edit = self.edit(&assessment, &wanted);
        if let ([(id, _)], false, None, None) = (wanted.as_slice(), args.dry_run, &args.from, &args.all_of) {
            let id = *id;
            // Where the status stays, the answer says what has not.
            let stays = |c: &&Change| c.before.counted_status() == c.after.counted_status();
            let said = edit.changes.first().filter(stays).map(|change| self.said(change));
            let fields = said.as_deref().and_then(|said| said.split_once("; ")).map(|(_, fields)| fields);
            let fields = fields.map(|fields| format!("; {fields}")).unwrap_or_default();
            let assessment = if edit.changes.is_empty() { assessment } else { self.save(edit)? };
            return self.tell_mark(&assessment, id, &fields, args.json);
        }
        self.carry_out(assessment, edit, args.dry_run, args.json)
    }

    /// What the arguments ask for, and the marks as they are.
    fn wanted(&self, args: &MarkArgs) -> Result<(Wanted, Assessment), Failure> {
        let (mut ids, state) = self.words(&args.what, args.all_of.is_some())?;
        let mut wishes: Vec<Wish> = state.map(Wish::State).into_iter().collect();
        wishes.extend(self.fields(args)?);
        if wishes.is_empty() {
            return Err(Failure::Usage(
                "say what to mark it with: a status such as partial, or --owner, --note, --evidence ..."
                    .to_owned(),
            ));
        }
        let assessment = self.assessment_to_mark(true)?;
        if let Some(fields) = args.all_of.as_deref() {
            // Nothing asked for is not everything: that would be too much to mark by mistake.
            if fields.trim().is_empty() {
                return Err(Failure::Usage("--all-of takes fields such as area:evasion".to_owned()));
            }
            ids = self.scope(&assessment, fields)?.into_iter().collect();
        }
        Ok((ids.into_iter().map(|id| (id, wishes.clone())).collect(), assessment))
    }

    /// Ids, and a status behind them.
    fn words(&self, words: &[String], no_ids: bool) -> Result<(Vec<ObjectId>, Option<State>), Failure> {
        let (ids, state) = match words.split_last() {
            Some((last, ids)) => match State::from_key(last) {
                Some(state) => (ids, Some(state)),
                // What stands last and is no id was meant as a status.
                None if no_ids || (!ids.is_empty() && ObjectId::parse_loosely(last).is_none()) => {
                    return Err(Failure::Usage(no_status(last)));
                }
                None => (words, None),
            },
            None => (words, None),
        };
        match (ids, no_ids) {
            ([], true) => Ok((Vec::new(), state)),
            ([one, ..], true) => {
                Err(Failure::Usage(format!("--all-of says which techniques; leave `{one}` away")))
            }
            ([], false) => Err(Failure::Usage("say what to mark: an id such as t51.1".to_owned())),
            (ids, false) => {
                Ok((ids.iter().map(|id| self.markable(id)).collect::<Result<_, Failure>>()?, state))
            }
        }
    }

    /// The fields that are to be set besides the status.
    fn fields(&self, args: &MarkArgs) -> Result<Vec<Wish>, Failure> {
        let none = |no: bool| no.then_some("");
        let mut wishes = Vec::new();
        if let Some(piece) = &args.no_evidence {
            wishes.push(if piece.is_empty() {
                Wish::AllEvidence(Vec::new())
            } else {
                let evidence = parse_evidence(piece).map_err(Failure::Usage)?;
                Wish::NotEvidence(evidence.kind, evidence.what)
            });
        }
        let fields = [
            ("owner", args.owner.as_deref().or(none(args.no_owner))),
            ("note", args.note.as_deref().or(none(args.no_note))),
            ("append-note", args.append_note.as_deref()),
            ("tested", args.tested.as_deref().or(none(args.no_tested))),
            ("review", args.review.as_deref().or(none(args.no_review))),
        ];
        let fields = fields.into_iter().filter_map(|(key, value)| Some((key, value?)));
        for (key, value) in fields.chain(args.evidence.iter().map(|value| ("evidence", value.as_str()))) {
            wishes.push(Wish::read(key, value, self.today).map_err(Failure::Usage)?);
        }
        if let Some(link) = &args.link {
            if args.evidence.len() > 1 {
                return Err(Failure::Usage(
                    "--link belongs to one --evidence; mark once for each piece that has a link".to_owned(),
                ));
            }
            Wish::link(&mut wishes, link).map_err(Failure::Usage)?;
        }
        Ok(wishes)
    }

    /// What the lines of a file say, or all that is wrong with them.
    fn read_lines(&self, file: &Path) -> Result<Wanted, Failure> {
        let name = if file == Path::new("-") {
            "the standard input".to_owned()
        } else {
            sanitize(&file.display().to_string(), false).into_owned()
        };
        let mut bytes = Vec::new();
        let read = match file.to_str() {
            Some("-") => io::stdin().lock().take(LARGEST + 1).read_to_end(&mut bytes),
            _ => File::open(file).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes)),
        };
        read.map_err(|error| Failure::Data(format!("{name} can't be read: {error}; see to its name")))?;
        if bytes.len() as u64 > LARGEST {
            return Err(Failure::Data(format!("{name} is larger than 8 MiB; mark in several runs")));
        }
        let Ok(text) = str::from_utf8(&bytes) else {
            return Err(Failure::Data(format!("{name} is no UTF-8 text; save it as UTF-8")));
        };
        let lines = apart(|| read_marks(text, self.catalog, self.today)).map_err(|bad| {
            for bad in bad.iter().take(TOLD) {
                complain(&format!("{name}, line {}: {}", bad.line, self.why(bad)));
            }
            let more = if bad.len() > TOLD { ", these are the first" } else { "" };
            let lines = counted(bad.len(), "line is", "lines are");
            Failure::Data(format!("nothing is marked: {lines} wrong{more}; correct them and try again"))
        })?;
        if lines.is_empty() {
            return Err(Failure::Nothing(format!("{name} has no lines that mark anything")));
        }
        Ok(lines.into_iter().map(|line| (line.id, line.wishes)).collect())
    }

    fn why(&self, bad: &BadLine) -> String {
        match &bad.why {
            Why::NoObject(text) => {
                let text: String = text.chars().take(40).collect();
                self.no_object(&text)
            }
            Why::NoMark(id) => no_mark(*id),
            Why::NoStatus(word) => no_status(word),
            Why::Other(why) => why.clone(),
        }
    }

    fn no_object(&self, text: &str) -> String {
        let near = near(self.catalog, text);
        format!("ATLAS {} has no object `{}`{near}", self.catalog.release, sanitize(text, false))
    }

    /// An object that carries a mark.
    pub(super) fn markable(&self, text: &str) -> Result<ObjectId, Failure> {
        let id = self.id(text)?;
        if matches!(id.kind(), Kind::Technique | Kind::Mitigation) {
            Ok(id)
        } else {
            Err(Failure::Usage(no_mark(id)))
        }
    }

    /// One edit that grants everything, signed. Objects that say so already are not in it.
    pub(super) fn edit(&self, assessment: &Assessment, wanted: &[(ObjectId, Vec<Wish>)]) -> Edit {
        let mut after: BTreeMap<ObjectId, Mark> = BTreeMap::new();
        for (id, wishes) in wanted {
            let mark = after.entry(*id).or_insert_with(|| assessment.mark(*id).clone());
            for wish in wishes {
                mark.grant(wish, self.today);
            }
        }
        let changed = after.into_iter().filter(|(id, after)| after != assessment.mark(*id));
        let signed = changed.map(|(id, mut after)| {
            let before = assessment.mark(id).clone();
            after.sign(&before, self.author.as_deref(), self.today);
            Change { id, before, after }
        });
        Edit { changes: signed.collect() }
    }

    fn save(&self, edit: Edit) -> Result<Assessment, Failure> {
        let saved = self.store.commit(self.catalog, &Record::Do(edit)).map_err(Failure::data)?;
        for notice in &saved.notices {
            complain(notice);
        }
        Ok(saved.assessment)
    }

    /// Saves an edit of several marks, unless it is only to be looked at, and tells each.
    pub(super) fn carry_out(
        &self,
        mut assessment: Assessment,
        edit: Edit,
        dry_run: bool,
        json: bool,
    ) -> Result<(), Failure> {
        let changes = edit.changes.clone();
        if dry_run {
            edit.apply(&mut assessment);
        } else if !changes.is_empty() {
            assessment = self.save(edit)?;
        }
        if json {
            return print_json(&changes.iter().map(|c| json::mark(&assessment, self.today, c.id)).collect());
        }
        let mut out = Output::new();
        for change in &changes {
            let (id, state) = (change.id, assessment.state(change.id, self.today));
            let (glyph, name) = (state.glyph(), self.catalog.full_name(id));
            out.line(&format!("{glyph} {} {name}: {}", id.short(), self.said(change)));
        }
        let marks = counted(changes.len(), "mark", "marks");
        out.line(&match (changes.len(), dry_run) {
            (0, _) => "Nothing changes: the marks say so already.".to_owned(),
            (_, true) => format!("{marks} would change; nothing is written."),
            (1, false) => format!("{marks} changed; `atlasnav undo` takes it back."),
            (_, false) => format!("{marks} changed; `atlasnav undo` takes them back as one."),
        });
        out.finish()
    }

    /// What a change says, in the words of the log: `gap -> partial; owner soc`.
    fn said(&self, change: &Change) -> String {
        let without_log = |mark: &Mark| Mark { log: Vec::new(), ..mark.clone() };
        let mut after = without_log(&change.after);
        after.sign(&without_log(&change.before), None, self.today);
        let line = after.log.pop().unwrap_or_default();
        line.split_once(": ").map_or_else(|| "settled".to_owned(), |(_, said)| said.to_owned())
    }

    fn tell_mark(
        &self,
        assessment: &Assessment,
        id: ObjectId,
        fields: &str,
        json: bool,
    ) -> Result<(), Failure> {
        if json {
            return print_json(&json::mark(assessment, self.today, id));
        }
        let state = assessment.state(id, self.today);
        let mut out = Output::new();
        let name = self.catalog.full_name(id);
        let dispute = assessment.mark(id).status_dispute();
        let dispute = dispute.map(|words| format!(", {words}; the next mark settles it")).unwrap_or_default();
        out.line(&format!("{} {} {name}: {}{dispute}{fields}", state.glyph(), id.short(), state.word()));
        out.finish()
    }

    pub(super) fn undo(&self, record: &Record, json: bool) -> Result<(), Failure> {
        let saved = self.store.commit(self.catalog, record).map_err(Failure::data)?;
        for notice in &saved.notices {
            complain(notice);
        }
        let Some(edit) = saved.applied else {
            if let Some(text) = about_missing(self.store, self.named) {
                complain(&text);
            }
            let what = if *record == Record::Undo { "undo" } else { "redo" };
            return Err(Failure::Nothing(format!("there is nothing to {what}")));
        };
        if json {
            let marks = edit.changes.iter().map(|c| json::mark(&saved.assessment, self.today, c.id));
            return print_json(&marks.collect());
        }
        let mut out = Output::new();
        out.line(&format!("now: {}", edit.outcome(&saved.assessment, self.today)));
        out.finish()
    }
}

fn no_mark(id: ObjectId) -> String {
    format!("{id} is a {}; marks go to techniques and mitigations", id.kind().word())
}

/// That there is no such status, with the one that was probably meant.
fn no_status(word: &str) -> String {
    let word: String = word.chars().take(40).collect::<String>().to_lowercase();
    let keys = State::ALL.into_iter().map(State::key);
    let nearest = keys.map(|key| (strsim::osa_distance(key, &word), key)).min();
    let help = match nearest {
        Some((distance, key)) if distance <= 2 => format!("near it: {key}"),
        _ => format!("there are {}", State::ALL.map(State::key).join(", ")),
    };
    format!("no status is called `{}`; {help}", sanitize(&word, false))
}
