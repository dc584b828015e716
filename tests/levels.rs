//! Levels: which ran, and how the environment chooses.

use std::process::Command;
use stridewise::{
    CopyPlan, Error, LEVEL_VARIABLE, Layout, Level, LevelError, Mode, Order, View, ViewMut, copy,
    copy_broadcast, copy_within, equal, first_mismatch, hash_into, level, level_named, raw,
    siphash13, to_contiguous, tree_hash, xxh3_64, xxh3_128,
};

/// Says what ran and what did not; `EXPECT_LEVEL` names one that must.
#[test]
fn levels() {
    let run: Vec<&str> = Level::available().map(Level::name).collect();
    let lacks = |name: &&str| !run.contains(name);
    let not_run: Vec<&str> = Level::NAMES.into_iter().filter(lacks).collect();
    println!("levels run: {}; not run: {}", run.join(" "), not_run.join(" "));
    println!("level of plans: {}", level().unwrap());
    if let Ok(expected) = std::env::var("EXPECT_LEVEL") {
        assert!(run.contains(&expected.as_str()), "{expected} is not available, only {run:?}");
    }
    assert_eq!(run[0], "scalar");
    assert_eq!(Level::detect().name(), *run.last().unwrap());
    if std::env::var_os(LEVEL_VARIABLE).is_none() {
        assert_eq!(level(), Ok(Level::detect()));
    }
}

#[test]
fn names_are_levels_or_errors() {
    for name in Level::NAMES {
        match level_named(name) {
            Ok(level) => assert_eq!(level.name(), name),
            Err(error) => {
                let best = Level::detect().name();
                assert_eq!(error, LevelError::Unavailable { name: name.to_owned(), best });
            }
        }
    }
    for name in ["", "V3", "v3 ", "avx2", "v5", "scalar\0"] {
        assert_eq!(level_named(name), Err(LevelError::Unknown { name: name.to_owned() }));
    }
}

/// What the process started by [`child`] does: uses every verb.
#[test]
#[ignore = "runs in a process of its own, with a level of its own"]
fn verbs_by_the_environment() {
    let name = std::env::var(LEVEL_VARIABLE).expect("the parent sets it");
    let expected = level_named(&name).map_err(Error::from);
    let data = [1u8, 2, 3, 4];
    let src = View::new(&data, &[2, 2]).unwrap().transpose();
    let mut out = [9u8; 4];
    let mut dst = ViewMut::new(&mut out, &[2, 2]).unwrap();
    let layout = Layout::contiguous(&[2, 2], 1, Order::C).unwrap();
    let turned = layout.transpose().unwrap();
    let mut shared = data;
    let mut hasher = std::hash::DefaultHasher::new();
    let (one, two) = (data.as_ptr(), [1, 2]);
    let byte = stridewise::ElementType::of::<u8>();
    let mut target = [9u8; 4];
    // SAFETY: four bytes each, which these strides stay in.
    let raws = unsafe {
        [
            raw::copy(&[2, 2], 1, target.as_mut_ptr(), &[2, 1], one, &two),
            raw::equal(&[2, 2], byte, one, &two, one, &two, Mode::Values).map(drop),
            raw::first_mismatch(&[2, 2], byte, one, &two, one, &two, Mode::Values).map(drop),
            raw::xxh3_64(&[2, 2], 1, one, &two).map(drop),
            raw::xxh3_128(&[2, 2], 1, one, &two).map(drop),
            raw::tree_hash(&[2, 2], 1, one, &two).map(drop),
            raw::siphash13(&[2, 2], 1, one, &two, 0, 0).map(drop),
            raw::hash_into(&[2, 2], 1, one, &two, &mut hasher),
        ]
    };
    let verbs = [
        copy(&mut dst, &src),
        copy_broadcast(&mut dst, &src),
        copy_within(&mut shared, &layout, &turned),
        to_contiguous(&src, Order::C).map(drop),
        equal(&src, &src).map(drop),
        first_mismatch(&src, &src).map(drop),
        xxh3_64(&src).map(drop),
        xxh3_128(&src).map(drop),
        tree_hash(&src).map(drop),
        siphash13(&src, 0, 0).map(drop),
        hash_into(&src, &mut hasher),
        CopyPlan::new(&layout, &turned).map(drop),
    ];
    for (verb, result) in verbs.into_iter().chain(raws).enumerate() {
        assert_eq!(result, expected.clone().map(drop), "verb {verb}");
    }
    match expected {
        Ok(named) => {
            assert_eq!(level(), Ok(named));
            assert_eq!(CopyPlan::new(&layout, &turned).unwrap().level(), named);
            assert_eq!((out, shared, target), ([1, 3, 2, 4], [1, 3, 2, 4], [1, 3, 2, 4]));
        }
        Err(error) => {
            assert_eq!(level().map_err(Error::from), Err(error));
            assert_eq!((out, shared, target), ([9; 4], data, [9; 4]));
        }
    }
    println!("verbs ran by {name:?}");
}

/// Whether this process is emulated, so that its children would not be.
pub(crate) fn emulated() -> bool {
    std::env::var_os("STRIDEWISE_TEST_EMULATED").is_some()
}

/// Runs the helper above under a value of `STRIDEWISE_LEVEL`; `false` if this
/// machine cannot start this binary.
fn child(value: &str) -> bool {
    if emulated() {
        return false;
    }
    let test = std::env::current_exe().expect("the path of this binary");
    let output = Command::new(test)
        .args(["levels::verbs_by_the_environment", "--exact", "--ignored", "--nocapture"])
        .env(LEVEL_VARIABLE, value)
        .output();
    let Ok(output) = output else { return false };
    let text = String::from_utf8_lossy(&output.stdout);
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{value:?}: {text}{errors}");
    assert!(text.contains("verbs ran by"), "{value:?}: the helper did not run: {text}");
    true
}

#[test]
fn the_environment_chooses_or_is_refused() {
    let values = Level::NAMES.into_iter().chain(["", "avx2", "V3", "best"]);
    let (run, not_run): (Vec<&str>, Vec<&str>) = values.partition(|value| child(value));
    println!("{LEVEL_VARIABLE} tried: {run:?}; not run: {not_run:?}");
    // Natively all of them run.
    assert!(not_run.is_empty() || emulated(), "cannot start processes for {not_run:?}");
}
