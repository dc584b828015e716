use crate::error::FormatError;
use crate::format::{Format, MAX_DEPTH};
use std::string::{String, ToString};
use std::vec::Vec;

fn format(text: &str) -> Format {
    Format::parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// Itemsize, alignment, canonical text.
#[track_caller]
fn is(text: &str, itemsize: usize, align: usize, canonical: &str) {
    let format = format(text);
    assert_eq!((format.itemsize(), format.align()), (itemsize, align), "{text:?}");
    assert_eq!(format.to_string(), canonical, "{text:?}");
    assert_eq!(self::format(canonical), format, "{text:?}");
}

#[test]
fn strings_as_in_the_struct_module() {
    is("", 0, 1, "");
    is("@", 0, 1, "");
    is("@i", 4, 4, "i");
    is(" @ i\t", 4, 4, "i");
    is("!h", 2, 1, ">h");
    is("ii3i", 20, 4, "5i");
    is("xx2x", 4, 1, "4x");
    is("b0i", 4, 4, "b0i");
    is("b0ii", 8, 4, "bi");
    is("<bi", 5, 1, "<bi");
    is("bi", 8, 4, "bi");
    is("ib", 5, 4, "ib");
    is("3s0s10p", 13, 1, "3s0s10p");
    is("<4si", 8, 1, "4s<i");
    is("c?", 2, 1, "c?");
}

#[test]
fn strings_as_in_pep_3118() {
    is("T{i:a:b:b:}", 8, 4, "T{i:a:b:b:}");
    is("T{<i:a:b:b:}", 5, 1, "T{<i:a:b:b:}");
    is("bT{bi}b", 13, 4, "bT{bi}b");
    is("<bT{@i:x:}", 8, 4, "<bT{@i:x:}");
    is("bT{i<h}b", 8, 1, "bT{i<h}b");
    is("T{b4s@i4s<}", 16, 1, "T{b4si4s^}");
    is("(2,3)f", 24, 4, "(2,3)f");
    is("(2)<3f", 24, 1, "(2,3)<f");
    is("( 2 , 3 )f", 24, 4, "(2,3)f");
    is("3i:a:", 12, 4, "(3)i:a:");
    is("(2)3s", 6, 1, "(2)3s");
    is("2T{bi}", 16, 4, "2T{bi}");
    is("b(2)T{bi}", 20, 4, "b(2)T{bi}");
    is("T{4x:a:}", 4, 1, "T{4x:a:}");
    is("(2)4x", 8, 1, "8x");
    is("bZf", 12, 4, "bZf");
    is("^bZd", 17, 1, "^bZd");
    is("&<i", size_of::<usize>(), align_of::<usize>(), "&<i");
    is("<b&(3)i", 1 + size_of::<usize>(), 1, "<b&(3)i");
    is("X{i{}->d}", size_of::<usize>(), align_of::<usize>(), "X{i{}->d}");
    is("O", size_of::<usize>(), align_of::<usize>(), "O");
    is("u3w", 16, 4, "u3w");
    is("T{}", 0, 1, "T{}");
    is("(0)i", 0, 4, "(0)i");
}

#[test]
fn fields_are_where_c_has_them() {
    let nested = format("T{b:a:T{h:x:d:y:}:b:(2)3s:c:x3i:d:}");
    let fields: Vec<_> = nested.fields().map(|f| (f.name(), f.offset(), f.count())).collect();
    // Some 32-bit targets align doubles to four bytes.
    let wide = align_of::<f64>() == 8;
    let [b, c, d, end] = if wide { [8, 24, 32, 48] } else { [4, 16, 24, 36] };
    assert_eq!(
        fields,
        [(Some("a"), 0, 1), (Some("b"), b, 1), (Some("c"), c, 1), (Some("d"), d, 1)]
    );
    assert_eq!(nested.itemsize(), end);
    let inner = nested.fields().nth(1).unwrap().format();
    assert_eq!(inner.fields().map(|f| f.offset()).collect::<Vec<_>>(), [0, b]);
    let last = nested.fields().last().unwrap().format();
    assert_eq!(last.sub_array(), Some((&[3][..], &format("i"))));
}

#[test]
fn what_is_not_understood_is_told_with_its_position() {
    for (text, at) in [
        ("y", 0),
        ("iy", 1),
        ("i2", 2),
        ("2 i", 1),
        ("T", 1),
        ("T{", 2),
        ("T{i", 3),
        ("i}", 1),
        ("i:a", 3),
        ("i::b:", 5),
        (":a:", 0),
        ("()i", 1),
        ("(2,)i", 3),
        ("(2", 2),
        ("(-1)i", 1),
        ("(2)", 3),
        ("3(2)i", 1),
        ("Z", 0),
        ("Zi", 0),
        ("&", 1),
        ("&}", 1),
        ("X", 1),
        ("X{{}", 4),
        ("<n", 1),
        ("=P", 1),
        (">g", 1),
        ("<Zg", 1),
        ("i\0", 1),
        ("é", 0),
        ("t", 0),
    ] {
        let error = FormatError::Unknown { format: text.into(), at };
        assert_eq!(Format::parse(text), Err(error), "{text:?}");
    }
}

#[test]
fn what_overflows_is_too_large() {
    let max = isize::MAX as usize;
    assert_eq!(format(&std::format!("{max}b")).itemsize(), max);
    assert_eq!(format(&std::format!("{max}x")).itemsize(), max);
    let much = max / 2 + 1;
    for text in [
        std::format!("{}b", max + 1),
        std::format!("{}s", max + 1),
        std::format!("{max}xb"),
        std::format!("{much}h"),
        std::format!("{much}x{much}x"),
        std::format!("({much},2)b"),
        std::format!("({much},2,0)b"),
        std::format!("({much},2)0s"),
        std::format!("2T{{{much}s}}"),
        std::format!("T{{{max}si}}"),
        std::format!("T{{q{}x}}", max - 8),
        "99999999999999999999999999b".to_string(),
        "1000000T{}".to_string(),
        "(1000000)0s".to_string(),
        "(1000,1000)T{T{}}".to_string(),
        "1000T{1000T{}}".to_string(),
    ] {
        assert_eq!(Format::parse(&text), Err(FormatError::TooLarge { format: text.clone() }));
    }
}

#[test]
fn levels_are_limited() {
    let nested = |open: &str, close: &str, levels: usize| {
        String::new() + &open.repeat(levels) + "b" + &close.repeat(levels)
    };
    for (open, close) in [("T{", "}"), ("&", ""), ("&T{", "}"), ("(2)T{", "}")] {
        let levels = |levels: usize| nested(open, close, levels);
        let most = MAX_DEPTH / if open.len() > 2 { 2 } else { 1 };
        let deepest = Format::parse(&levels(most)).unwrap_or_else(|error| {
            // 2^32 bytes, for which pointers of 32 bits have no room.
            assert_eq!((usize::BITS, error), (32, FormatError::TooLarge { format: levels(most) }));
            format("b")
        });
        assert_eq!(format(&deepest.to_string()), deepest);
        for more in [most + 1, 1000, 100_000] {
            let text = levels(more);
            let error = FormatError::TooDeep { format: text.clone(), max: MAX_DEPTH };
            assert_eq!(Format::parse(&text), Err(error), "{open}");
        }
    }
    let axes = |n: usize| std::format!("({})b", ["1"; 1000][..n].join(","));
    assert_eq!(format(&axes(MAX_DEPTH)).itemsize(), 1);
    assert!(matches!(Format::parse(&axes(MAX_DEPTH + 1)), Err(FormatError::TooDeep { .. })));
}
