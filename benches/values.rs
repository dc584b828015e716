//! Values of two formats: compared, hashed and copied, against one item after
//! the other unpacked. Bytes are those of both operands.

use criterion::{Criterion, SamplingMode, Throughput};
use std::hint::black_box;
use stridewise::{
    AnyView, AnyViewMut, CopyValuesPlan, EqualValuesPlan, Format, HashValuesPlan, Layout, Order,
    Value,
};

/// Pairs of formats whose items can be equal; copies are of those that differ
/// in byte order only.
const PAIRS: [(&str, &str); 12] = [
    ("<d", "<d"),
    ("<d", ">d"),
    ("<f", "<d"),
    ("<i", "<d"),
    ("<i", "<q"),
    ("<q", "<d"),
    ("B", "<H"),
    ("<e", "<f"),
    ("<Zf", "<Zd"),
    ("<hbdq", "<hbdq"),
    ("hbdq", "<hbdq"),
    ("<hbdq", ">hbdq"),
];

/// Items of a benchmark; the first of one that is run as a test, or unpacked.
const SIZES: [(&str, usize); 2] = [("16Ki", 16 << 10), ("4Mi", 4 << 20)];

pub fn register(criterion: &mut Criterion) {
    let test = cfg!(debug_assertions) || std::env::args().any(|word| word == "--test");
    for (name, items) in &SIZES[..if test { 1 } else { 2 }] {
        for (a, b) in PAIRS {
            bench(criterion, name, *items, [a, b]);
        }
    }
}

/// Small integers, which all numbers hold.
fn memory(format: &Format, items: usize) -> Vec<u8> {
    let size = format.itemsize();
    let pack = |n: i32| {
        let value = match format.fields().count() {
            0 => n.into(),
            _ => Value::Tuple(vec![n.into(); format.fields().map(|field| field.count()).sum()]),
        };
        let mut bytes = vec![0; size];
        format.pack(&value, &mut bytes).expect("small integers");
        bytes
    };
    let hundred: Vec<u8> = (0..100).flat_map(pack).collect();
    hundred.into_iter().cycle().take(items * size).collect()
}

fn bench(criterion: &mut Criterion, name: &str, items: usize, pair: [&str; 2]) {
    let formats = pair.map(|text| Format::parse(text).expect("a format"));
    let memories = [0, 1].map(|i| memory(&formats[i], items));
    let layouts = [0, 1]
        .map(|i| Layout::contiguous(&[items], formats[i].itemsize(), Order::C).expect("few items"));
    let view = |i: usize| {
        AnyView::new(&memories[i], &formats[i], layouts[i].clone()).expect("the layout's memory")
    };
    let (a, b) = (view(0), view(1));
    let id = format!("values/{}-{}/{name}", pair[0], pair[1]);
    let mut group = criterion.benchmark_group(id);
    let bytes = memories[0].len() + memories[1].len();
    group.throughput(Throughput::Bytes(bytes as u64)).sampling_mode(SamplingMode::Flat);

    let plan = EqualValuesPlan::new(&layouts[0], &formats[0], &layouts[1], &formats[1]);
    let plan = plan.expect("one shape");
    assert_eq!(plan.run(&a, &b), Ok(true));
    group.bench_function("equal", |bench| bench.iter(|| plan.run(black_box(&a), &b)));
    if items == SIZES[0].1 {
        group.bench_function("unpacked", |bench| {
            bench.iter(|| {
                let [x, y] = [0, 1].map(|i| memories[i].chunks(formats[i].itemsize()));
                x.zip(y).all(|(x, y)| formats[0].unpack(black_box(x)) == formats[1].unpack(y))
            });
        });
    }
    let plan = HashValuesPlan::new(&layouts[0], &formats[0]).expect("the format's layout");
    group.bench_function("hash", |bench| bench.iter(|| plan.run(black_box(&a))));
    if let Ok(plan) = CopyValuesPlan::new(&layouts[0], &formats[0], &layouts[1], &formats[1]) {
        let mut copy = vec![0; memories[0].len()];
        let mut dst = AnyViewMut::new(&mut copy, &formats[0], layouts[0].clone()).expect("as long");
        plan.run(&mut dst, &b).expect("as planned");
        group.bench_function("copy", |bench| bench.iter(|| plan.run(&mut dst, black_box(&b))));
        assert_eq!(copy, memories[0]);
    }
    group.finish();
}
