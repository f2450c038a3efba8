//! Lines with a checksum in front, for files that are only appended to.

/// A line with its checksum in front.
pub(super) fn sealed(text: &str) -> String {
    format!("{:016x} {text}\n", fnv1a(text.as_bytes()))
}

/// The text of a whole line whose checksum is right.
pub(super) fn unsealed(line: &[u8]) -> Option<&str> {
    let (sum, text) = line.strip_suffix(b"\n")?.split_at_checked(17)?;
    if sum != format!("{:016x} ", fnv1a(text)).as_bytes() {
        return None;
    }
    str::from_utf8(text).ok()
}

/// FNV-1a, 64 bits: the same in every release and on every machine, which std's hasher is not.
pub(super) fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}
