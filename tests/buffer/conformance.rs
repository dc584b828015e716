//! `docs/conformance.md` names tests that exist.

use std::fs::read_to_string;
use std::path::Path;

#[test]
fn every_test_that_is_named_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = read_to_string(root.join("docs/conformance.md")).expect("the document");
    // What stands between backticks and has a module.
    let names = text.split('`').skip(1).step_by(2).filter_map(|name| name.split_once("::"));
    let mut count = 0;
    for (module, name) in names {
        if module == "MemoryView" {
            continue;
        }
        let file = root.join(format!("tests/buffer/{module}.rs"));
        let source = read_to_string(&file).unwrap_or_else(|_| panic!("no module {module}"));
        assert!(source.contains(&format!("#[test]\nfn {name}() {{")), "no test {module}::{name}");
        count += 1;
    }
    assert!(count > 100, "{count} tests are named");
}
