//! Copies between two formats of the same parts.

use super::*;

/// Two operands of the same parts, which differ in byte order and padding.
fn parts() -> impl Strategy<Value = (Operand, Operand)> {
    let shape = prop::collection::vec(0..9usize, 0..4);
    (trees(), shape, any::<u64>()).prop_map(|(tree, shape, salt)| {
        let mut random = Random(salt);
        let [a, b] = [(); 2].map(|()| {
            let format = format_of(&tree, &mut Random(salt), &mut random);
            Operand::new(format, &shape, &mut random)
        });
        (a, b)
    })
}

#[test]
fn prop_copies_have_the_values_of_their_source() {
    check("copy_values", parts, |(src, dst)| {
        let text = format!("{} {}", src.format, dst.format);
        for chunks in [1, 3] {
            let (mut memory, options) =
                (dst.memory.clone(), Options { chunks: Some(chunks), ..Options::default() });
            let plan =
                CopyValuesPlan::with(&dst.layout, &dst.format, &src.layout, &src.format, options);
            let plan = plan.unwrap_or_else(|error| panic!("{error}"));
            let mut view =
                AnyViewMut::new(&mut memory, &dst.format, dst.layout.clone()).expect("inside");
            prop_assert_eq!(plan.run(&mut view, &src.view()), Ok(()));
            let copy = Operand { memory, ..dst.clone() };
            let [found, expected] = [&copy, &src].map(|of| format!("{:?}", of.values()));
            prop_assert_eq!(found, expected, "{}", &text);
            // Nothing but items is written.
            let mut rest = copy.memory;
            let mut before = dst.memory.clone();
            for at in oracle::offsets(&dst.layout) {
                for memory in [&mut rest, &mut before] {
                    memory[at as usize..][..dst.format.itemsize()].fill(0);
                }
            }
            same_bytes!(rest, before, "{}", &text);
        }
        Ok(())
    });
}

#[test]
fn copies_between_other_kinds_are_refused() {
    let (ints, floats) = (line("<i", &[1.into()]), line(">f", &[2.into()]));
    let mut memory = ints.memory.clone();
    let mut dst = AnyViewMut::new(&mut memory, &ints.format, ints.layout.clone()).unwrap();
    let error = copy_values(&mut dst, &ints.format, &floats.view(), &floats.format).unwrap_err();
    let formats = (ints.format.clone(), floats.format.clone());
    assert_eq!(error, MismatchError::Format { dst: formats.0, src: formats.1 }.into());
    assert_eq!(memory, ints.memory);
}

#[test]
fn large_copies_turn_bytes() {
    let items: Vec<_> = (0..100_000).map(|n| Value::from(n as f32)).collect();
    let (src, mut dst) = (line(">f", &items), line("<f", &items));
    let expected = std::mem::replace(&mut dst.memory, vec![0; src.memory.len()]);
    let mut view = AnyViewMut::new(&mut dst.memory, &dst.format, dst.layout.clone()).unwrap();
    copy_values(&mut view, &dst.format, &src.view(), &src.format).unwrap();
    assert_eq!(dst.memory, expected);
}
