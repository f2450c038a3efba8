//! The form of a mark: every field, what people said against each other, and what changes them.

use super::deed::Deed;
use super::{App, Ask, Effect, Popup};
use crate::catalog::ObjectId;
use crate::coverage::{Claim, Evidence, Field, State};

#[derive(Debug)]
pub struct Form {
    pub id: ObjectId,
    pub chosen: usize,
}

/// A question with the objects that it is about.
#[derive(Debug)]
pub struct Confirm {
    pub question: String,
    pub(super) ids: Vec<ObjectId>,
}

/// What a row of the form is about.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Holds {
    Field(Field),
    /// One of the claims that contradict each other.
    Claim(Claim),
    Evidence(Evidence),
    NewEvidence,
}

/// One row of the form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormRow {
    pub label: &'static str,
    pub value: String,
    /// The state whose glyph stands before the value.
    pub state: Option<State>,
    holds: Holds,
}

impl FormRow {
    fn new(label: &'static str, value: String, holds: Holds) -> FormRow {
        FormRow { label, value, state: None, holds }
    }
}

const fn label(field: Field) -> &'static str {
    match field {
        Field::Status => "Status",
        Field::Owner => "Owner",
        Field::Note => "Note",
        Field::Tested => "Tested on",
        Field::Review => "Review by",
    }
}

impl App {
    pub(super) fn open_form(&mut self) {
        let Some(ids) = self.targets() else { return };
        match ids.as_slice() {
            [id] => self.popups.push(Popup::Form(Form { id: *id, chosen: 0 })),
            ids => self.tell(format!("The form is about one mark; {} are selected.", ids.len())),
        }
    }

    /// The rows of the form of an object's mark.
    pub fn form_rows(&self, id: ObjectId) -> Vec<FormRow> {
        let mark = self.assessment.mark(id);
        let mut rows = Vec::new();
        for field in Field::ALL {
            let is_disputed = mark.is_disputed(field);
            let mut row = FormRow::new(label(field), String::new(), Holds::Field(field));
            if field == Field::Status {
                let state = mark.state(self.today);
                row.state = Some(state);
                state.word().clone_into(&mut row.value);
            } else {
                row.value = mark.claim(field).value().unwrap_or_else(|| "-".to_owned()).replace('\n', " / ");
            }
            if is_disputed {
                row.value = format!(
                    "in conflict, counts as {}",
                    mark.claim(field).value().unwrap_or("none".to_owned())
                );
            }
            rows.push(row);
            if is_disputed {
                for said in mark.claims(field) {
                    let value = said.claim.value().unwrap_or_else(|| "none".to_owned()).replace('\n', " / ");
                    let value = format!("{value} ({})", said.source());
                    rows.push(FormRow::new("  said", value, Holds::Claim(said.claim)));
                }
            }
        }
        for piece in &mark.evidence {
            let on = piece.on.map(|on| format!(" ({on})")).unwrap_or_default();
            let link = piece.link.as_ref().map(|link| format!(" {link}")).unwrap_or_default();
            let value = format!("{}: {}{on}{link}", piece.kind.word(), piece.what);
            rows.push(FormRow::new("Evidence", value, Holds::Evidence(piece.clone())));
        }
        rows.push(FormRow::new("Evidence", "+ another piece".to_owned(), Holds::NewEvidence));
        rows
    }

    fn form_row(&self) -> Option<(ObjectId, FormRow)> {
        let Some(Popup::Form(form)) = self.popups.last() else { return None };
        let rows = self.form_rows(form.id);
        let last = rows.len().saturating_sub(1);
        rows.into_iter().nth(form.chosen.min(last)).map(|row| (form.id, row))
    }

    /// Edits the chosen field, or takes the chosen claim for what is so.
    pub(super) fn accept_form(&mut self) -> Vec<Effect> {
        let Some((id, row)) = self.form_row() else { return Vec::new() };
        match row.holds {
            Holds::Field(Field::Note) => self.start_note_on(vec![id]),
            Holds::Field(Field::Status) => self.ask_about(Ask::Status, vec![id]),
            Holds::Field(Field::Owner) => self.ask_about(Ask::Owner, vec![id]),
            Holds::Field(Field::Tested) => self.ask_about(Ask::Tested, vec![id]),
            Holds::Field(Field::Review) => self.ask_about(Ask::Review, vec![id]),
            Holds::Claim(claim) => return self.carry_out(&[id], Deed::Choose(claim)),
            Holds::Evidence(piece) => self.ask_to_change(id, piece),
            Holds::NewEvidence => self.ask_about(Ask::Kind, vec![id]),
        }
        Vec::new()
    }

    /// Takes away what the chosen field says.
    pub(super) fn take_away(&mut self) -> Vec<Effect> {
        let Some((id, row)) = self.form_row() else { return Vec::new() };
        let deed = match row.holds {
            Holds::Field(Field::Owner) => Deed::Owner(String::new()),
            Holds::Field(Field::Note) => Deed::Note(String::new()),
            Holds::Field(Field::Tested) => Deed::Tested(None),
            Holds::Field(Field::Review) => Deed::Review(None),
            Holds::Evidence(piece) => Deed::ChangeEvidence(piece, None),
            Holds::Field(Field::Status) => {
                self.tell("A status is changed, not taken away; unassessed is one.");
                return Vec::new();
            }
            Holds::Claim(_) | Holds::NewEvidence => {
                self.tell("There is nothing here to take away.");
                return Vec::new();
            }
        };
        self.carry_out(&[id], deed)
    }
}
