//! Looking words up in texts without copying the texts.

/// The position (in bytes) of the first word if all words occur in the text, upper or lower case.
/// `words` are in lower case. Only ASCII letters are folded, which is all that the texts hold.
pub(super) fn find_all_words(text: &str, words: &[String]) -> Option<usize> {
    let mut first = None;
    for word in words {
        let at = find(text.as_bytes(), word.as_bytes())?;
        first.get_or_insert(at);
    }
    first
}

fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    let (&head, _) = word.split_first()?;
    let last = text.len().checked_sub(word.len())?;
    let upper = head.to_ascii_uppercase();
    let mut from = 0;
    while from <= last {
        let at = from + text[from..=last].iter().position(|&b| b == head || b == upper)?;
        if text[at..at + word.len()].eq_ignore_ascii_case(word) && !in_destination(&text[..at]) {
            return Some(at);
        }
        from = at + 1;
    }
    None
}

/// Whether a text that ends here ends in the destination of a link, which nobody sees:
/// `[Name](/techniques/AML`.
fn in_destination(before: &[u8]) -> bool {
    let open = before.windows(2).rposition(|pair| pair == b"](");
    open.is_some_and(|open| !before[open..].contains(&b')'))
}

/// The text of Markdown without the marks of links and code. The piece may have been cut anywhere
/// but in a destination.
fn without_links(piece: &str) -> String {
    let mut out = String::with_capacity(piece.len());
    let mut rest = piece;
    while let Some(at) = rest.find("](") {
        out.push_str(&rest[..at]);
        rest = rest[at..].find(')').map_or("", |end| &rest[at + end + 1..]);
    }
    out.push_str(rest);
    out.retain(|c| !matches!(c, '[' | '`'));
    out
}

/// Characters shown before and after a match.
const AROUND: usize = 36;

/// A piece of the text around a match of `length` bytes at byte `at`, on one line.
pub(super) fn snippet(text: &str, at: usize, length: usize) -> String {
    let mut start = text[..at].char_indices().rev().nth(AROUND).map_or(0, |(i, _)| i);
    if in_destination(&text.as_bytes()[..start]) {
        start += text[start..at].find(')').map_or(0, |end| end + 1);
    }
    if start > 0 {
        // Half a word says nothing.
        start += text[start..at].find(' ').map_or(0, |space| space + 1);
    }
    let end = at + length;
    let end = text
        .get(end..)
        .map_or(text.len(), |rest| rest.char_indices().nth(AROUND * 2).map_or(text.len(), |(i, _)| end + i));
    let piece = without_links(&text[start..end]);
    let piece = piece.split_whitespace().collect::<Vec<_>>().join(" ");
    let (before, after) = (if start > 0 { "..." } else { "" }, if end < text.len() { "..." } else { "" });
    format!("{before}{piece}{after}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn finds_words_in_any_order_and_case() {
        let words = ["poison".to_owned(), "data".to_owned()];
        assert_eq!(find_all_words("Training data is POISONED early", &words), Some(17));
        assert_eq!(find_all_words("Training data is clean", &words), None);
        assert_eq!(find_all_words("", &words), None);
    }

    #[test]
    fn destinations_of_links_are_neither_found_nor_shown() {
        let text = "Needs [LLM Jailbreak](/techniques/AML.T0054) or `pickle` first, see [Evade](/techniques/AML.T0015)";
        let words = |word: &str| vec![word.to_owned()];
        assert_eq!(find_all_words(text, &words("techniques")), None);
        let at = find_all_words(text, &words("pickle")).unwrap();
        assert_eq!(snippet(text, at, 6), "...or pickle first, see Evade");
    }

    proptest! {
        #[test]
        fn agrees_with_the_obvious_way(text in "[aAbB é]{0,20}", word in "[ab]{1,3}") {
            let obvious = text.to_ascii_lowercase().find(&word);
            prop_assert_eq!(find_all_words(&text, std::slice::from_ref(&word)), obvious);
            if let Some(at) = obvious {
                prop_assert!(snippet(&text, at, word.len()).to_ascii_lowercase().contains(&word));
            }
        }
    }
}
