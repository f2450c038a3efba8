//! Short names of tactics, for heads of narrow columns.

/// Four letters for a tactic's name; the known ones as analysts abbreviate them.
pub(super) fn short_name(name: &str) -> String {
    let known = match name {
        "Reconnaissance" => "Rcon",
        "Resource Development" => "Rsrc",
        "Initial Access" => "Init",
        "AI Model Access" | "ML Model Access" => "AiAc",
        "Execution" => "Exec",
        "Persistence" => "Pers",
        "Privilege Escalation" => "PrvE",
        "Defense Evasion" => "DefE",
        "Credential Access" => "Cred",
        "Discovery" => "Disc",
        "Lateral Movement" => "Latr",
        "Collection" => "Coll",
        "AI Attack Adaptation" => "Adpt",
        "AI Attack Staging" | "ML Attack Staging" => "Stag",
        "Command and Control" => "C&C",
        "Exfiltration" => "Exfl",
        "Impact" => "Impc",
        _ => return derived(name),
    };
    known.to_owned()
}

/// The first letters of the words, filled up from the last word: `Model Theft` -> `MThe`.
fn derived(name: &str) -> String {
    let words: Vec<&str> = name.split_whitespace().collect();
    let Some((last, before)) = words.split_last() else { return "?".to_owned() };
    let mut short: String = before.iter().take(3).filter_map(|w| w.chars().next()).collect();
    let left = 4 - short.chars().count();
    short.extend(last.chars().take(left));
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_tactics_get_four_letters() {
        assert_eq!(short_name("Impact"), "Impc");
        assert_eq!(short_name("Model Theft"), "MThe");
        assert_eq!(short_name("One Two Three Four Five"), "OTTF");
        assert_eq!(short_name("Sabotage"), "Sabo");
        assert_eq!(short_name(""), "?");
    }
}
