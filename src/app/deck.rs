//! The glossary as a deck of cards: a term, its meaning when the card is turned, and again what was
//! not known. A deck that is left is taken up again where it was.

use jiff::civil::Date;

use super::{App, Screen};
use crate::catalog::guide;

/// The cards that are left, and what became of the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deck {
    /// Positions in the glossary, the next card last.
    left: Vec<usize>,
    /// Cards to come again once the others are through, in the order in which they were put aside.
    again: Vec<usize>,
    all: usize,
    turned: bool,
}

impl Deck {
    /// All terms, shuffled. The same day and number give the same order, so that a class can have one
    /// deck.
    pub fn new(today: Date, number: usize) -> Deck {
        let all = guide().terms.len();
        let seed = u64::from(today.year().unsigned_abs()) << 20
            ^ u64::from(today.day_of_year().unsigned_abs()) << 8
            ^ number as u64;
        let mut left: Vec<usize> = (0..all).collect();
        left.sort_by_cached_key(|card| scatter(seed ^ scatter(*card as u64)));
        Deck { left, again: Vec::new(), all, turned: false }
    }

    /// The term on the table; None when all are known.
    pub fn card(&self) -> Option<usize> {
        self.left.last().copied()
    }

    /// Whether the meaning shows.
    pub fn is_turned(&self) -> bool {
        self.turned
    }

    /// Cards known, cards put aside to come again, and all.
    pub fn counts(&self) -> (usize, usize, usize) {
        (self.all - self.left.len() - self.again.len(), self.again.len(), self.all)
    }

    fn turn(&mut self) {
        self.turned = !self.turned;
    }

    /// Takes the card off the table: known, or to come again.
    fn put(&mut self, known: bool) {
        if let Some(card) = self.left.pop()
            && !known
        {
            self.again.push(card);
        }
        if self.left.is_empty() {
            self.left = std::mem::take(&mut self.again);
            self.left.reverse();
        }
        self.turned = false;
    }
}

/// Mixes the bits of a number (splitmix64, by Sebastiano Vigna, public domain).
const fn scatter(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl App {
    /// Opens the cards: those that were left, or a new deck if all of them are known.
    pub(super) fn go_cards(&mut self) {
        if *self.screen() == Screen::Deck {
            return;
        }
        if self.deck.as_ref().is_none_or(|deck| deck.card().is_none()) {
            self.begin_deck();
        }
        self.go(Screen::Deck);
    }

    fn begin_deck(&mut self) {
        self.deck = Some(Deck::new(self.today, self.decks));
        self.decks += 1;
    }

    /// Turns the card; a deck that is through is begun anew.
    pub(super) fn turn_card(&mut self) {
        match &mut self.deck {
            Some(deck) if deck.card().is_some() => deck.turn(),
            _ => self.begin_deck(),
        }
    }

    /// Whether one knew a term shows only when the card is turned, so the first press turns it.
    pub(super) fn put_card(&mut self, known: bool) {
        let Some(deck) = &mut self.deck else { return };
        if deck.turned || deck.card().is_none() {
            deck.put(known);
        } else {
            deck.turn();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use std::collections::BTreeSet;

    const TODAY: Date = date(2026, 11, 23);

    #[test]
    fn every_card_comes_once_and_the_unknown_come_again() {
        let mut deck = Deck::new(TODAY, 0);
        let (_, _, all) = deck.counts();
        let mut seen = BTreeSet::new();
        let mut missed = Vec::new();
        for turn in 0..all {
            let card = deck.card().unwrap();
            assert!(seen.insert(card));
            let known = turn % 3 != 0;
            if !known {
                missed.push(card);
            }
            deck.put(known);
        }
        assert_eq!(deck.counts(), (all - missed.len(), 0, all));
        for card in missed {
            assert_eq!(deck.card(), Some(card));
            deck.put(true);
        }
        assert_eq!((deck.card(), deck.counts()), (None, (all, 0, all)));
    }

    #[test]
    fn decks_differ_from_day_to_day_and_from_each_other() {
        let first = Deck::new(TODAY, 0);
        assert_eq!(first, Deck::new(TODAY, 0));
        assert_ne!(first, Deck::new(TODAY, 1));
        assert_ne!(first, Deck::new(date(2026, 11, 24), 0));
        assert!(!first.left.is_sorted());
    }
}
