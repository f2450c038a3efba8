//! Files of the user's choice: whole or not at all, and over nothing unless it is said.

use rustix::io::Errno;

use super::super::publish::{publish, publish_on};
use super::faults::{Fault, Faulty};
use super::*;

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|e| e.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_report_replaces_nothing_unless_it_is_said() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("report.md");
    publish(&path, b"one", false).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one");
    let refused = publish(&path, b"two", false).unwrap_err().to_string();
    assert!(refused.contains("report.md is there already") && refused.contains("--force"), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), b"one");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    publish(&path, b"two", true).unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"two");
    assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
    assert_eq!(names(place.path()), ["report.md"], "no lock, nothing temporary");
    for missing in ["no/report.md", "report.md/below"] {
        let error = publish(&place.path().join(missing), b"x", true).unwrap_err().to_string();
        assert!(error.starts_with("the report is not written: can't "), "{error}");
        assert!(!error.contains("mark"), "{error}");
    }
    let directory = publish(place.path(), b"x", true).unwrap_err().to_string();
    assert!(directory.contains("name another file"), "{directory}");
}

#[test]
fn a_report_larger_than_any_marks_file_is_written_whole() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("large.json");
    let bytes = vec![b'x'; 9 * 1024 * 1024];
    publish(&path, &bytes, false).unwrap();
    assert!(fs::read(&path).unwrap() == bytes);
}

/// Each call in turn fails, once or from then on: the old content or the new, never anything else.
#[test]
fn whatever_fails_the_file_is_the_old_or_the_new() {
    for (there, error) in
        [(false, Errno::NOSPC), (true, Errno::NOSPC), (false, Errno::IO), (true, Errno::ACCESS)]
    {
        let mut failures = 0;
        for at in 1.. {
            let mut reached = false;
            for lasts in [false, true] {
                let place = tempfile::tempdir().unwrap();
                let path = place.path().join("report.md");
                if there {
                    fs::write(&path, b"old").unwrap();
                }
                let disk = Faulty::with(Fault { at, error, lasts });
                let result = publish_on(&disk, &path, b"new", there);
                reached |= disk.calls.load(std::sync::atomic::Ordering::Relaxed) >= at;
                let content = fs::read(&path).ok();
                match &result {
                    Ok(()) | Err(StoreError::Doubtful { .. }) => {
                        assert_eq!(content.as_deref(), Some(&b"new"[..]));
                    }
                    Err(error) => {
                        failures += 1;
                        let old = if there { Some(&b"old"[..]) } else { None };
                        // The claimed name stays empty where it can't even be taken back.
                        let claimed = (!there && lasts).then_some(&b""[..]);
                        let content = content.as_deref();
                        assert!(content == old || content == claimed, "{error}: {content:?}");
                    }
                }
            }
            if !reached {
                break;
            }
        }
        assert!(failures > 6, "{failures}");
    }
}
