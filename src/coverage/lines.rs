//! Many marks at once, as text: a line each, or the table that a report in CSV is.
//!
//! A line is `ID STATUS KEY=VALUE ...`, quoted as in a shell; the status may be left out, `#` begins a
//! comment. A table begins with a line of names with `id` among them; what it has no column for stays, an
//! empty cell takes away, but for the status.

use jiff::civil::Date;

use super::given::shortened;
use super::{Evidence, Status, Wish, link_or_path};
use crate::catalog::{Catalog, Kind, ObjectId, sanitize};

/// Lines that are read, at the most.
const MOST: usize = 100_000;

/// What a line wants set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarkLine {
    /// Counted from 1; of a table's row that spans several, the first.
    pub line: usize,
    pub id: ObjectId,
    pub wishes: Vec<Wish>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    pub line: usize,
    pub why: Why,
}

/// Why a line is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The text names no object of the release. As it stands there, unsafe characters included.
    NoObject(String),
    /// Tactics and case studies carry no marks.
    NoMark(ObjectId),
    /// The word is no status. As it stands there.
    NoStatus(String),
    /// One sentence, safe.
    Other(String),
}

/// Reads lines or a table. Either all of it is sound, or everything that is wrong is told, in order.
pub fn read_marks(text: &str, catalog: &Catalog, today: Date) -> Result<Vec<MarkLine>, Vec<BadLine>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { catalog, today, good: Vec::new(), bad: Vec::new() };
    if text.lines().take(MOST + 1).count() > MOST {
        reader.refuse(MOST + 1, Why::Other(format!("more than {MOST} lines are not read at once")));
    } else if is_table(text) {
        reader.table(text);
    } else {
        reader.lines(text);
    }
    if reader.bad.is_empty() { Ok(reader.good) } else { Err(reader.bad) }
}

/// Whether the first line names columns.
fn is_table(text: &str) -> bool {
    let head = text.lines().next().unwrap_or_default();
    let names = || head.split(',').map(|name| name.trim().trim_matches('"'));
    names().count() > 1 && names().any(|name| name.eq_ignore_ascii_case("id"))
}

struct Reader<'a> {
    catalog: &'a Catalog,
    today: Date,
    good: Vec<MarkLine>,
    bad: Vec<BadLine>,
}

impl Reader<'_> {
    fn refuse(&mut self, line: usize, why: Why) {
        self.bad.push(BadLine { line, why });
    }

    fn take(&mut self, line: usize, read: Result<(ObjectId, Vec<Wish>), Why>) {
        match read {
            Ok((id, wishes)) => self.good.push(MarkLine { line, id, wishes }),
            Err(why) => self.refuse(line, why),
        }
    }

    fn lines(&mut self, text: &str) {
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                let read = self.line(line);
                self.take(at + 1, read);
            }
        }
    }

    fn line(&self, line: &str) -> Result<(ObjectId, Vec<Wish>), Why> {
        let open = |_| Why::Other("a quote is open; close it".to_owned());
        let words = shell_words::split(line).map_err(open)?;
        let mut words = words.iter().map(String::as_str).peekable();
        let id = self.id(words.next().unwrap_or_default())?;
        let mut wishes = Vec::new();
        if let Some(word) = words.next_if(|word| !word.contains('=')) {
            wishes.push(self.wish("status", word)?);
        }
        for word in words {
            let Some((key, value)) = word.split_once('=') else {
                let word = shortened(word);
                return Err(Why::Other(format!("`{word}` is no KEY=VALUE; put what has spaces in quotes")));
            };
            if key == "link" {
                Wish::link(&mut wishes, value).map_err(Why::Other)?;
            } else {
                wishes.push(self.wish(key, value)?);
            }
        }
        if wishes.is_empty() {
            return Err(Why::Other(
                "the line says nothing of the object; add a status or KEY=VALUE".to_owned(),
            ));
        }
        Ok((id, wishes))
    }

    fn id(&self, text: &str) -> Result<ObjectId, Why> {
        let known = ObjectId::parse_loosely(text).filter(|id| self.catalog.contains(*id));
        let id = known.ok_or_else(|| Why::NoObject(text.to_owned()))?;
        if matches!(id.kind(), Kind::Technique | Kind::Mitigation) { Ok(id) } else { Err(Why::NoMark(id)) }
    }

    fn wish(&self, key: &str, value: &str) -> Result<Wish, Why> {
        Wish::read(key, value, self.today).map_err(|why| match key {
            "status" => Why::NoStatus(value.to_owned()),
            _ => Why::Other(why),
        })
    }

    fn table(&mut self, text: &str) {
        // A row with too few or too many cells is an error of its own, because cells would move.
        let mut table = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let Ok(head) = table.headers().cloned() else {
            return self.refuse(1, Why::Other("the names of the columns can't be read".to_owned()));
        };
        let names: Vec<String> = head.iter().map(|name| name.trim().to_ascii_lowercase()).collect();
        if let Some(name) =
            names.iter().enumerate().find_map(|(at, name)| names[..at].contains(name).then_some(name))
        {
            let why = format!("two columns are called `{}`", shortened(name));
            return self.refuse(1, Why::Other(why));
        }
        let mut places = Places { text: text.as_bytes(), byte: 0, line: 1 };
        for row in table.records() {
            let row = match row {
                Ok(row) => row,
                Err(error) => {
                    let line = places.line(error.position());
                    let why = match error.kind() {
                        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                            format!("the row has {len} cells and the first line {expected_len}")
                        }
                        _ => "the row can't be read".to_owned(),
                    };
                    self.refuse(line, Why::Other(why));
                    continue;
                }
            };
            let line = places.line(row.position());
            let cells = names.iter().map(String::as_str).zip(row.iter().map(unguarded));
            let read = self.row(cells.collect());
            self.take(line, read);
        }
        // A cell that swallows the rest of the table, because it is cut or a quote is missing.
        if text.bytes().filter(|b| *b == b'"').count() % 2 == 1 {
            self.refuse(places.line, Why::Other("a quote is open up to the end of the table".to_owned()));
        }
    }

    fn row(&self, cells: Vec<(&str, &str)>) -> Result<(ObjectId, Vec<Wish>), Why> {
        let cell = |sought: &str| cells.iter().find(|(name, _)| *name == sought).map(|(_, cell)| *cell);
        let id = self.id(cell("id").unwrap_or_default())?;
        let mut wishes = Vec::new();
        // What people contradict each other about is settled by somebody, not by a table.
        if let Some(word) = cell("status").map(str::trim).filter(|word| !["", "conflict"].contains(word)) {
            match Status::from_word(&word.to_ascii_lowercase()) {
                Some(status) => wishes.push(Wish::Status(status)),
                None => wishes.push(self.wish("status", word)?),
            }
        }
        for key in ["owner", "note", "tested", "review"] {
            if let Some(cell) = cell(key) {
                wishes.push(self.wish(key, cell)?);
            }
        }
        if let Some(cell) = cell("evidence") {
            wishes.push(Wish::AllEvidence(evidence(cell).map_err(Why::Other)?));
        }
        Ok((id, wishes))
    }
}

/// Finds lines. What the reader of tables calls the line of a row is that of the end before it: blank
/// lines, and line ends of two characters, would put it off.
struct Places<'a> {
    text: &'a [u8],
    /// As far as lines are counted.
    byte: usize,
    /// The line there, from 1.
    line: usize,
}

impl Places<'_> {
    /// The line of a row. Rows come in order.
    fn line(&mut self, row: Option<&csv::Position>) -> usize {
        let byte = row.and_then(|row| usize::try_from(row.byte()).ok()).unwrap_or(self.byte);
        let rest = self.text.get(byte..).unwrap_or_default();
        let start = byte + rest.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
        let passed = self.text.get(self.byte..start).unwrap_or_default();
        self.line += passed.split(|b| *b == b'\n').count() - 1;
        self.byte = self.byte.max(start.min(self.text.len()));
        self.line
    }
}

/// With what a spreadsheet takes a cell for a formula; reports put `'` before such a cell, and before one
/// that begins with it.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\'', '＝', '＋', '－', '＠'];

fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(FORMULA)).unwrap_or(cell)
}

/// The evidence of a cell, which is a list in JSON.
fn evidence(cell: &str) -> Result<Vec<Evidence>, String> {
    if cell.trim().is_empty() {
        return Ok(Vec::new());
    }
    let mut list: Vec<Evidence> = serde_json::from_str(cell)
        .map_err(|_| "the evidence is no JSON list of kind, what, link and on".to_owned())?;
    for piece in &mut list {
        piece.what = sanitize(piece.what.trim(), false).into_owned();
        if let Some(link) = &piece.link {
            piece.link = link_or_path(link)?;
        }
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;
    use crate::coverage::{EvidenceKind, State};
    use jiff::civil::date;
    use proptest::prelude::*;

    const TODAY: Date = date(2026, 11, 23);

    fn read(text: &str) -> Result<Vec<MarkLine>, Vec<BadLine>> {
        read_marks(text, &builtin().unwrap(), TODAY)
    }

    fn id(text: &str) -> ObjectId {
        text.parse().unwrap()
    }

    #[test]
    fn lines_with_comments_quotes_and_fields() {
        let read = read(
            "# ours\n\n51 partial owner='soc team' note=\"it's live\"\n  M20 review=+3m\n\
             t51.1 tested evidence=detect:rule evidence='prevent:filter 2' link=https://x/y\n",
        )
        .unwrap();
        let lines: Vec<_> = read.iter().map(|line| (line.line, line.id)).collect();
        assert_eq!(lines, [(3, id("AML.T0051")), (4, id("AML.M0020")), (5, id("AML.T0051.001"))]);
        let (state, text) = (Wish::State(State::Partial), |text: &str| Some(text.to_owned()));
        assert_eq!(read[0].wishes, [state, Wish::Owner(text("soc team")), Wish::Note(text("it's live"))]);
        assert_eq!(read[1].wishes, [Wish::Review(Some(date(2027, 2, 23)))]);
        let Wish::Evidence(Evidence { kind, link, .. }) = &read[2].wishes[2] else { panic!() };
        assert_eq!((*kind, link.as_deref()), (EvidenceKind::Prevent, Some("https://x/y")));
    }

    #[test]
    fn everything_that_is_wrong_is_told_with_its_line() {
        let bad = read("51 gap\nT9999 gap\n51 done\nTA0002 gap\n51\n51 gap owner\n51 'x\n51 gap x=y\n")
            .unwrap_err();
        let lines: Vec<usize> = bad.iter().map(|b| b.line).collect();
        assert_eq!(lines, [2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(bad[0].why, Why::NoObject("T9999".to_owned()));
        assert_eq!(bad[1].why, Why::NoStatus("done".to_owned()));
        assert_eq!(bad[2].why, Why::NoMark(id("AML.TA0002")));
        for (bad, words) in
            bad[3..].iter().zip(["says nothing", "no KEY=VALUE", "a quote is open", "no field is called"])
        {
            let Why::Other(why) = &bad.why else { panic!("{bad:?}") };
            assert!(why.contains(words), "{why}");
        }
    }

    #[test]
    fn a_table_as_a_report_writes_it() {
        let read = read(concat!(
            "\u{feff}kind,id,name,state,status,owner,note,evidence,tested,review,by,on,conflicts,log\r\n",
            "technique,AML.T0051,LLM,\"tested\",covered,'=soc,\"one\r\ntwo\",",
            "\"[{\"\"kind\"\":\"\"detect\"\",\"\"what\"\":\"\"rule 7\"\"}]\",2026-11-01,,ann,2026-11-01,,\r\n",
            "technique,AML.T0053,Tool,unassessed,unassessed,,,,,,,,,\r\n",
        ))
        .unwrap();
        assert_eq!(
            read.iter().map(|r| (r.line, r.id)).collect::<Vec<_>>(),
            [(2, id("AML.T0051")), (4, id("AML.T0053"))]
        );
        let piece = Evidence { kind: EvidenceKind::Detect, what: "rule 7".to_owned(), link: None, on: None };
        assert_eq!(
            read[0].wishes,
            [
                Wish::Status(Status::Covered),
                Wish::Owner(Some("=soc".to_owned())),
                Wish::Note(Some("one\r\ntwo".to_owned())),
                Wish::Tested(Some(date(2026, 11, 1))),
                Wish::Review(None),
                Wish::AllEvidence(vec![piece]),
            ]
        );
    }

    #[test]
    fn a_table_says_what_it_has_columns_for() {
        let read = read("id,status\n51,tested\n53,\nM20,conflict\n").unwrap();
        assert_eq!(read[0].wishes, [Wish::State(State::Tested)]);
        assert_eq!((&read[1].wishes, &read[2].wishes), (&vec![], &vec![]));
    }

    #[test]
    fn a_bad_table_is_told_by_rows() {
        for (table, line, words) in [
            ("id,status\n51\n", 2, "the row has 1 cells and the first line 2"),
            ("id,status,id\n51,gap,52\n", 1, "two columns are called `id`"),
            ("id,tested\n51,soon\n", 2, "is no day"),
            ("id,note\n51,a\n53,\"b\n54,c\n", 3, "a quote is open"),
            ("id,evidence\n51,rule\n", 2, "no JSON list"),
            (
                "id,evidence\n\n51,\"[{\"\"kind\"\":\"\"detect\"\",\"\"what\"\":\"\"x\"\",\"\"link\"\":\"\"y\"\"}]\"\n",
                3,
                "is no link",
            ),
        ] {
            let bad = read(table).unwrap_err();
            assert_eq!(bad[0].line, line, "{table}");
            let Why::Other(why) = &bad[0].why else { panic!("{bad:?}") };
            assert!(why.contains(words), "{why}");
        }
    }

    #[test]
    fn too_many_lines_are_not_read() {
        let bad = read(&"51 gap\n".repeat(MOST + 1)).unwrap_err();
        assert_eq!(bad.len(), 1);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_told_by_line(text in "(id,status,note\n)?([T51M0 .,=\"'a-z#\n]{0,60}|.{0,30}\n){0,4}") {
            let lines = text.lines().count().max(1);
            match read(&text) {
                Ok(read) => for line in read { prop_assert!((1..=lines).contains(&line.line)); },
                Err(bad) => for bad in bad {
                    prop_assert!((1..=lines).contains(&bad.line), "{:?}", bad);
                    if let Why::Other(why) = bad.why { prop_assert_eq!(sanitize(&why, false), why.as_str()); }
                },
            }
        }
    }
}
