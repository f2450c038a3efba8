//! A card of the glossary.

use super::canvas::Canvas;
use super::theme::Role;
use crate::app::{App, Area, Command, Deck};
use crate::catalog::guide;
use crate::page;

/// Cells and rows of a card at the most.
const CARD: (u16, u16) = (76, 16);

pub(super) fn draw(app: &App, deck: &Deck, canvas: &mut Canvas<'_>, body: Area) {
    let (known, again, all) = deck.counts();
    let (width, height) =
        (CARD.0.min(body.width.saturating_sub(4)), CARD.1.min(body.height.saturating_sub(1)));
    let area =
        Area::new(body.x + (body.width - width) / 2, body.y + (body.height - height) / 3, width, height);
    let title = match again {
        0 => format!("{known} of {all} known"),
        again => format!("{known} of {all} known, {again} to come again"),
    };
    let inside = canvas.frame(area, &title);
    let inside = Area { x: inside.x + 2, width: inside.width.saturating_sub(4), ..inside };
    let line = |canvas: &mut Canvas<'_>, row: u16, text: &str, role| {
        if row < inside.height {
            canvas.text(inside.x, inside.y + row, inside.width, text, role);
        }
    };
    let last = inside.height.saturating_sub(1);
    let Some(card) = deck.card() else {
        line(canvas, 1, &format!("All {all} terms are known."), Role::Strong);
        let (turn, close) = (app.key_of(Command::TurnCard), app.key_of(Command::Close));
        line(canvas, last, &format!("{turn} begins anew, {close} leaves"), Role::Dim);
        return;
    };
    if deck.is_turned() {
        let page = page::glossary_term(&app.catalog, card, usize::from(inside.width));
        let text = Area { y: inside.y + 1, height: last.saturating_sub(2), ..inside };
        canvas.lines(text, &page, 0, None);
        let (know, repeat) = (app.key_of(Command::KnowCard), app.key_of(Command::RepeatCard));
        line(canvas, last, &format!("{know}: I knew it    {repeat}: it comes again"), Role::Dim);
    } else {
        let name = guide().terms.get(card).map_or("", |term| &*term.name);
        line(canvas, 1, name, Role::Strong);
        line(canvas, 3, "What is it? Say it aloud, then turn the card.", Role::Dim);
        let turn = app.key_of(Command::TurnCard);
        line(canvas, last, &format!("{turn} turns the card"), Role::Dim);
    }
}
