//! The order of the modules: nothing lower names anything higher. What still does is listed, and the list may only shrink.

use std::collections::BTreeSet;
use std::path::Path;

use crate::architecture::sources;

/// Lowest first; the modules of one line may name each other. A module stands where the longest path that leads to it stands.
const LAYERS: &[&[&str]] = &[
    &[
        "clock",
        "ids",
        "facts",
        "page",
        "private_files",
        "db/types",
        "db/connection",
        "db/fragment",
        "db/one_of",
        "db/branches",
        "db/child_rows",
        "db/code_set",
    ],
    &["problem", "secrets", "db/error", "db/health"],
    &["db", "schema", "leases"],
    &["policy"],
    &["audit", "outbox"],
    &["backup"],
    &["body", "act", "notices", "http"],
    &["config", "logs"],
    &["people"],
    &["auth"],
    &[
        "people/accounts",
        "people/admin",
        "people/approvals",
        "people/drafts",
    ],
    &[
        "casework/owner",
        "casework/record",
        "casework/record_macros",
        "casework/cases/model",
        "casework/cases/kept_away",
        "casework/cases/store",
        "casework/cases/reach",
        "casework/cases/reachable",
        "casework/cases/ways_in",
        "casework/cases/access",
        "casework/relationships",
    ],
    &[
        "casework/singleton",
        "casework/operations",
        "casework/left_to_act",
        "casework/cases/exclusions",
    ],
    &[
        "casework/outcomes",
        "casework/wishes",
        "casework/capacity",
        "casework/actions",
        "casework/links",
        "casework/informed",
        "casework/risks",
        "casework/responses",
        "casework/disagreements",
        "casework/sharing_decisions",
        "casework/plans",
        "casework/questionnaires",
        "casework/feedback",
    ],
    &[
        "casework/adults",
        "casework/advocacy",
        "casework/persons_of_concern",
    ],
    &["casework/access"],
    &["casework/produced", "casework/contacts", "casework/meetings"],
    &["casework/cases", "casework/referrals", "casework/requests"],
    &["casework/summary"],
    &["casework", "casework/who_may_read"],
    &["reference", "oversight"],
    &["my_view"],
    &["demo", "purge"],
    &["server", "cli"],
];

/// Arrows that still point up, from a file to the module it names. Take out what is gone; add nothing.
const UPWARD: &[(&str, &str)] = &[
    ("auth/bearer", "server"),
    ("auth/callers", "casework/cases/access"),
    ("auth/metadata", "server"),
    ("auth/oauth", "server"),
    ("auth/routes", "casework/cases/access"),
    ("auth/sign_in", "people/accounts"),
    ("auth/sign_in", "server"),
    ("casework/access/grants", "casework/cases"),
    ("casework/access/redemption", "server"),
    ("casework/adults/contact_points", "casework/referrals"),
    ("casework/adults/merging", "casework/cases"),
    ("casework/adults/routes", "casework/referrals"),
    ("casework/adults/service", "casework/referrals"),
    ("casework/cases/access", "casework/adults"),
    ("casework/cases/store", "casework/advocacy"),
    ("casework/left_to_act", "casework/referrals"),
    ("casework/meetings/checklist", "casework/cases"),
    ("casework/outcomes/rules", "casework/contacts"),
    ("casework/plans", "casework/cases"),
    ("casework/risks", "casework/cases"),
    ("casework/risks", "casework/referrals"),
    ("http/call", "server"),
    ("http/extract", "server"),
    ("http/list", "auth"),
    ("http/passed", "server"),
    ("oversight/events", "server"),
    ("people/admin/rights", "casework/left_to_act"),
    ("people/advocates", "casework/advocacy"),
    ("people/authorities", "people/approvals"),
];

#[test]
fn nothing_lower_names_anything_higher() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    for path in sources(&root) {
        let module = module_of(path.strip_prefix(&root).unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        let is_folder = path.file_name().is_some_and(|name| name == "mod.rs");
        let Some((from, _)) = layer(&module) else { continue };
        for named in names(&text, &module, is_folder) {
            if let Some((to, place)) = layer(&named)
                && to > from
            {
                found.insert((module.join("/"), place));
            }
        }
    }
    let listed: BTreeSet<(String, String)> = UPWARD
        .iter()
        .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()))
        .collect();
    let new: Vec<_> = found.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&found).collect();
    assert!(new.is_empty(), "these name what is above them: {new:#?}");
    assert!(
        gone.is_empty(),
        "these are gone, so take them out of the list: {gone:#?}"
    );
}

#[test]
fn every_module_has_a_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let text = std::fs::read_to_string(root.join("lib.rs")).unwrap();
    let modules = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'));
    let without: Vec<&str> = modules
        .filter(|module| layer(&[(*module).to_owned()]).is_none() && !is_parted(module))
        .collect();
    assert!(without.is_empty(), "{without:?}");
}

/// Whether only the parts of a module have layers.
fn is_parted(module: &str) -> bool {
    let prefix = format!("{module}/");
    LAYERS
        .iter()
        .copied()
        .flatten()
        .any(|place| place.starts_with(&prefix))
}

/// `cases/mod.rs` is the module `cases`, and `cases/store.rs` is `cases/store`.
fn module_of(path: &Path) -> Vec<String> {
    let path = path.with_extension("");
    let mut parts: Vec<String> = path
        .iter()
        .map(|part| part.to_string_lossy().into_owned())
        .collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    parts
}

/// Where a module stands, and the path that says so.
fn layer(module: &[String]) -> Option<(usize, String)> {
    (1..=module.len()).rev().find_map(|length| {
        let place = module[..length].join("/");
        let height = LAYERS.iter().position(|layer| layer.contains(&place.as_str()))?;
        Some((height, place))
    })
}

/// The modules of this crate that a text names: by `use`, or by a path where it is needed.
fn names(text: &str, module: &[String], is_folder: bool) -> Vec<Vec<String>> {
    let code: String = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default()
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join(" ");
    let mut paths = Vec::new();
    for (at, _) in code.match_indices("crate::").chain(code.match_indices("super::")) {
        // `$crate::` of a macro counts too; `xcrate::` is no path.
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        expand(&code[at..], "", &mut paths);
    }
    let home = if is_folder { module.len() } else { module.len() - 1 };
    paths
        .into_iter()
        .map(|path| {
            let mut parts: Vec<String> = path.split("::").map(str::to_owned).collect();
            let ups = parts.iter().take_while(|part| *part == "super").count();
            if ups == 0 {
                return parts.split_off(1);
            }
            // In a folder's own file the first `super` leads out of the folder.
            let depth = if is_folder {
                home.saturating_sub(ups)
            } else {
                (home + 1).saturating_sub(ups)
            };
            let mut place = module[..depth.min(module.len())].to_vec();
            place.extend(parts.split_off(ups));
            place
        })
        .collect()
}

/// Writes out `a::{b, c::{d, e}}`; what follows the path is left.
fn expand<'a>(text: &'a str, prefix: &str, paths: &mut Vec<String>) -> &'a str {
    let end = text
        .find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'))
        .unwrap_or(text.len());
    let (path, mut rest) = text.split_at(end);
    let whole = format!("{prefix}{path}");
    if !(rest.starts_with('{') && whole.ends_with("::")) {
        paths.push(whole.trim_end_matches("::").trim_end_matches("::self").to_owned());
        return rest;
    }
    rest = rest[1..].trim_start();
    while !rest.is_empty() && !rest.starts_with('}') {
        rest = expand(rest, &whole, paths);
        // `as name` and the comma.
        let next = rest.find([',', '}']).unwrap_or(rest.len());
        rest = rest[next..].trim_start_matches(',').trim_start();
    }
    rest.get(1..).unwrap_or_default()
}
