use super::super::pairs::{Pair, Rule, pairs};
use crate::format::Format;
use std::vec;
use std::vec::Vec;
use stridewise_kernels::equal::{Class, Mode};

fn of(a: &str, b: &str, mode: Mode) -> Option<Vec<Pair>> {
    let [a, b] = [a, b].map(|text| Format::parse(text).unwrap());
    pairs(&a, &b, mode)
}

/// Rule, offsets, sizes, count and extents around of all pairs.
type Plain = (Option<Class>, [usize; 2], [usize; 2], usize, Vec<usize>);

fn plain(a: &str, b: &str) -> Option<Vec<Plain>> {
    let of_pair = |pair: Pair| {
        let class = if let Rule::Typed(class) = pair.rule { Some(class) } else { None };
        let extents = pair.loops.iter().map(|l| l.extent).collect();
        (class, pair.offsets, pair.sizes, pair.count, extents)
    };
    Some(of(a, b, Mode::Values)?.into_iter().map(of_pair).collect())
}

const BITS: Option<Class> = Some(Class::Bits);

#[test]
fn neighbours_of_one_kind_are_one_run() {
    assert_eq!(plain("i", "i"), Some(vec![(BITS, [0, 0], [1, 1], 4, vec![])]));
    assert_eq!(plain("<hbi", "<hbi"), Some(vec![(BITS, [0, 0], [1, 1], 7, vec![])]));
    assert_eq!(plain("T{<i:a:4s:b:}", "T{<I:a:4s:b:}").unwrap().len(), 2);
    assert_eq!(plain("3f", "fff"), Some(vec![(Some(Class::F32), [0, 0], [4, 4], 3, vec![])]));
    assert_eq!(
        plain("(2,3)f", "(2,3)f"),
        Some(vec![(Some(Class::F32), [0, 0], [4, 4], 6, vec![])])
    );
    assert_eq!(plain("<h(2)T{bi}", "<h(2)T{bi}"), Some(vec![(BITS, [0, 0], [1, 1], 12, vec![])]));
}

#[test]
fn padding_is_passed_over() {
    assert_eq!(
        plain("=bxi", "=bi"),
        Some(vec![(BITS, [0, 0], [1, 1], 1, vec![]), (BITS, [2, 1], [1, 1], 4, vec![])])
    );
    assert_eq!(plain("(2)T{=bx}", "(2)T{=xb}"), Some(vec![(BITS, [0, 1], [1, 1], 1, vec![2])]));
    assert_eq!(plain("4x", "2x"), Some(vec![]));
    assert_eq!(plain("xxb", "b"), Some(vec![(BITS, [2, 0], [1, 1], 1, vec![])]));
}

#[test]
fn counts_are_split_where_they_differ() {
    assert_eq!(
        plain("=2h", "=hi"),
        Some(vec![(BITS, [0, 0], [1, 1], 2, vec![]), (None, [2, 2], [2, 4], 1, vec![])])
    );
    assert_eq!(
        plain("=3T{B}", "=2T{B}T{f}"),
        Some(vec![(BITS, [0, 0], [1, 1], 2, vec![]), (None, [2, 2], [1, 4], 1, vec![])])
    );
}

#[test]
fn byte_orders_matter_to_what_is_not_bits() {
    assert!(matches!(of("<i", "<i", Mode::Values).unwrap()[0].rule, Rule::Typed(Class::Bits)));
    assert!(matches!(of(">i", ">i", Mode::Values).unwrap()[0].rule, Rule::Typed(Class::Bits)));
    assert!(matches!(of("<i", ">i", Mode::Values).unwrap()[0].rule, Rule::Numbers(_)));
    let other = if cfg!(target_endian = "little") { ">f" } else { "<f" };
    assert!(matches!(of(other, other, Mode::Values).unwrap()[0].rule, Rule::Numbers(_)));
    assert!(matches!(of(other, other, Mode::Bits).unwrap()[0].rule, Rule::Typed(Class::Bits)));
    assert!(matches!(of(">?", "<?", Mode::Values).unwrap()[0].rule, Rule::Typed(Class::Bool)));
}

#[test]
fn values_of_other_kinds_are_never_equal() {
    for (a, b) in [
        ("i", "s"),
        ("c", "b"),
        ("2i", "3i"),
        ("2i", "(2)i"),
        ("i", "T{i}"),
        ("(2)i", "(3)i"),
        ("(2)i", "(2,1)i"),
        ("2s", "3s"),
        ("P", "O"),
        ("ib", "is"),
        ("T{}", "i"),
    ] {
        assert_eq!(of(a, b, Mode::Values), None, "{a} {b}");
        assert_eq!(of(b, a, Mode::NanEqual), None, "{b} {a}");
    }
    for (a, b) in [("i", "I"), ("f", "d"), ("?", "B"), ("2p", "2s")] {
        assert_eq!(of(a, b, Mode::Bits), None, "{a} {b}");
        assert!(of(a, b, Mode::Values).is_some(), "{a} {b}");
    }
    // No values are equal to no others.
    assert_eq!(of("(0)i", "(0)s", Mode::Values), Some(vec![]));
    assert_eq!(of("(0,2)i", "(0)f", Mode::Values), Some(vec![]));
}
