//! The walls that module privacy does not hold: which layer may name which.

use std::path::{Path, PathBuf};

pub fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// Files of this name, and what their `use` lines must not name.
const WALLS: [(&str, &[&str]); 6] = [
    (
        "rules.rs",
        &[
            "actix_web",
            "diesel",
            "crate::http",
            "crate::clock",
            "crate::db",
            "crate::act",
        ],
    ),
    ("model.rs", &["actix_web", "crate::http"]),
    ("store.rs", &["actix_web", "crate::http"]),
    ("service.rs", &["actix_web", "diesel", "crate::schema"]),
    ("triage.rs", &["actix_web", "diesel", "crate::schema"]),
    ("routes.rs", &["crate::schema"]),
];

#[test]
fn data_goes_one_way() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut broken = Vec::new();
    for path in sources(&root.join("casework")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let forbidden = WALLS
            .iter()
            .filter(|(file, _)| *file == name)
            .flat_map(|(_, forbidden)| *forbidden);
        for forbidden in forbidden {
            let named = |line: &&str| line.starts_with("use ") && line.contains(forbidden);
            broken.extend(
                text.lines()
                    .filter(named)
                    .map(|line| format!("{}: {line}", path.display())),
            );
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn no_file_is_past_six_hundred_lines() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in sources(&root.join("src"))
        .into_iter()
        .chain(sources(&root.join("tests")))
    {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(
            lines <= 620,
            "{} has {lines} lines: it is asking to be split",
            path.display()
        );
    }
}

#[test]
fn the_policy_the_rules_and_the_database_know_nothing_of_http() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for folder in ["policy", "db", "schema", "audit"] {
        for path in sources(&root.join(folder)) {
            let text = std::fs::read_to_string(&path).unwrap();
            let named = text
                .lines()
                .find(|line| line.starts_with("use ") && line.contains("crate::http"));
            assert_eq!(named, None, "{}", path.display());
        }
    }
}
