use super::{Random, for_each_level};
use core::hash::Hasher;
use proptest::prelude::*;
use std::collections::BTreeSet;
use stridewise_kernels::hash::{
    BLOCK_BYTES, BlockSums, SipHasher13, Xxh3, block_sums, xxh3_64, xxh3_128,
};
use stridewise_kernels::{Caches, Level};
use xxhash_rust::xxh3 as reference;

/// Length, CPython's `hash(bytes)` under keys 0, XXH3-64 and -128 of
/// [`bytes`]; from `tests/data/hash_vectors.json`.
#[rustfmt::skip]
const VECTORS: &[(usize, i64, u64, u128)] = &[
    (0, 0, 0x2d06800538d394c2, 0x99aa06d3014798d86001c324468d497f),
    (1, -3400736038611009, 0x4c5cca45d0f4811f, 0x495b62073ef70ca44c5cca45d0f4811f),
    (2, 276315317427857352, 0x29c60963cbfa4e6e, 0xf1b5eec902a1eb5e29c60963cbfa4e6e),
    (3, 5212093915082721396, 0xd079cb72d5dc8fe3, 0xde0de73b78221781d079cb72d5dc8fe3),
    (4, -4561326769034309011, 0x142fa07b01613ee8, 0x2ec1f0e0927bbd72a7f588a0488a2ce1),
    (7, -4151809867329056683, 0xec4a4326fcd139a4, 0xe66e17e3a1fda2583339f8239f577631),
    (8, -7818075970648744518, 0x9f1975fc585fd927, 0x86352c64c51053a4f169e0e241e43d88),
    (9, -8745493884607451056, 0x6bf0116fadb4b711, 0x2da82c32992eb47cecaf34715ab252db),
    (15, -3108324903425884355, 0x108950420e02d72b, 0x9972f992c594ada5c1be54b528da7a19),
    (16, 1406705427550820138, 0x945d7a2e39182d35, 0x2ea9b26e0de3c1293ad9b09b55ff159d),
    (17, -2185202077971674746, 0xd1539aca118a0247, 0xe98962a9feec88ce2aded60943cd42fc),
    (31, 5567053075472116502, 0xf6e58522d7379f19, 0x7721576ae495b0af2aaba31f15f87f70),
    (32, -8549702524601040916, 0xe693bfc80e1097ba, 0x8dcf7ed3fd3a8e47991c78c7c6a2557b),
    (33, -2209783031814060124, 0xa9bad88fefead863, 0x4c0b7c57bef56fe3f2d97aaed50d43b4),
    (63, 6563696283111781203, 0x670a36587c84b0ec, 0xa67c5a8b7ce842a0fa0bea1f26a1fe2e),
    (64, -7616380196178414169, 0xbb80e57b72b853f5, 0xfa68cbcaebaaaf6be208ac1527843170),
    (65, -2025305469909527954, 0x6e8bfcc8e0825a34, 0x5bac047416b9eeebf0d783f4b56e908a),
    (127, -5366600544115330297, 0xfb6036b3db74a75e, 0xeb4a75e6ea2af4b11978abdbd94bda7d),
    (128, -4717030261162688674, 0x2edf21e7a54f582c, 0xc2dbaea325ed4288a4623912aab4c938),
    (129, -8075490402905635661, 0x8bf7e91c7eb2f2d6, 0xeac1039c6fbf7b8cf316461ff6b978d7),
    (240, 7336051412599368862, 0x0c9860844b0ad495, 0x4536dcb050ba614460a06c4f31468cc3),
    (241, 4355993931885482475, 0x246c5fe4ed1436a3, 0xb4125661642a66f9246c5fe4ed1436a3),
    (255, 1602136647511760560, 0x28eb4e368f3f9ec0, 0x603db5eacaa9585328eb4e368f3f9ec0),
    (256, -5646764768239122122, 0x94408c78397f3c77, 0xb513c6fb2f402bdc94408c78397f3c77),
    (511, 4742589634403154634, 0x41cf2e36c79acff1, 0xe764be93172e740d41cf2e36c79acff1),
    (512, -2418008251698233771, 0xab13c665563ac2e8, 0x0f0a8244f414f813ab13c665563ac2e8),
    (1023, 1711925518047753148, 0x6ce6170ec6623387, 0x921cad6e6868d56a6ce6170ec6623387),
    (1024, -5562396500767342065, 0x0b662daec235d4ca, 0x4b8b4d51d1b23ed30b662daec235d4ca),
    (1025, 4048197437986840159, 0x13d178f3e2b48e9e, 0x1c489c9ad8646bff13d178f3e2b48e9e),
    (4095, -6861334393290607569, 0x19f731aa400f803b, 0x9f88e983ec54027c19f731aa400f803b),
    (4096, 3585017103761406424, 0x5924dc34c89165b8, 0xd2370595ab609f795924dc34c89165b8),
    (65536, 1084884581268473916, 0xed3e7fc390c4c41a, 0x4396b83c29aff1daed3e7fc390c4c41a),
    (1048576, -3689892538355262786, 0x6c503e13379075ad, 0x0a613220bcc4557a6c503e13379075ad),
    (1048577, -697029252296870308, 0x517513a9f669be5a, 0x57fda600c26f4e6a517513a9f669be5a),
];

fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|i| ((i * 131 + 7) % 251) as u8).collect()
}

/// Lengths of every class, around stripes, blocks and buffers.
fn lengths() -> BTreeSet<usize> {
    if cfg!(miri) {
        return BTreeSet::from([0, 1, 3, 8, 16, 17, 128, 129, 240, 241, 257, 1025, 1100, 2049]);
    }
    let around = |n: usize| n.saturating_sub(2)..=n + 2;
    (0..=1100)
        .chain((0..=20_000).step_by(1024).flat_map(around))
        .chain((1100..=20_000).step_by(64 * 7).flat_map(around))
        .collect()
}

const SEEDS: [u64; 4] = [0, 1, 0x9E37_79B1_85EB_CA87, u64::MAX];

/// Writes `bytes` in pieces of the cycled lengths `cuts`.
fn in_pieces(bytes: &[u8], cuts: &[usize], mut write: impl FnMut(&[u8])) {
    let mut rest = bytes;
    for &cut in cuts.iter().cycle() {
        let (piece, after) = rest.split_at(cut.min(rest.len()));
        write(piece);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
}

#[track_caller]
fn check_stream(level: Level, seed: u64, bytes: &[u8], cuts: &[usize]) {
    let mut hasher = Xxh3::with_seed(level, seed);
    in_pieces(bytes, cuts, |piece| hasher.update(piece));
    let expected = reference::xxh3_64_with_seed(bytes, seed);
    assert_eq!(hasher.finish64(), expected, "{level} {} {cuts:?}", bytes.len());
    let expected = reference::xxh3_128_with_seed(bytes, seed);
    assert_eq!(hasher.finish128(), expected, "{level} {} {cuts:?}", bytes.len());
}

#[test]
fn vectors_are_met() {
    let limit = if cfg!(miri) { 5000 } else { usize::MAX };
    for &(len, sip, low, both) in VECTORS.iter().filter(|v| v.0 < limit) {
        let bytes = bytes(len);
        for_each_level(|level| {
            assert_eq!(xxh3_64(level, 0, &bytes), low, "{level} {len}");
            assert_eq!(xxh3_128(level, 0, &bytes), both, "{level} {len}");
        });
        let mut hasher = SipHasher13::new(0, 0);
        hasher.update(&bytes);
        let python = match hasher.finish() as i64 {
            _ if len == 0 => 0,
            -1 => -2,
            hash => hash,
        };
        assert_eq!(python, sip, "{len}");
    }
}

#[test]
fn xxh3_of_every_length_matches_reference() {
    // Offset by one, so that no load is aligned.
    let bytes = bytes(20_100);
    let bytes = &bytes[1..];
    for_each_level(|level| {
        for len in lengths() {
            let bytes = &bytes[..len];
            for seed in SEEDS {
                let expected = reference::xxh3_64_with_seed(bytes, seed);
                assert_eq!(xxh3_64(level, seed, bytes), expected, "{level} {seed} {len}");
                let expected = reference::xxh3_128_with_seed(bytes, seed);
                assert_eq!(xxh3_128(level, seed, bytes), expected, "{level} {seed} {len}");
            }
        }
    });
}

#[test]
fn xxh3_of_regular_pieces_matches_reference() {
    let bytes = bytes(20_100);
    let cuts = [&[usize::MAX][..], &[63], &[64], &[65, 0, 191], &[256], &[1, 255, 257, 1024, 3]];
    for_each_level(|level| {
        for len in lengths().into_iter().step_by(if cfg!(miri) { 3 } else { 1 }) {
            for cuts in cuts {
                check_stream(level, 0, &bytes[..len], cuts);
            }
        }
    });
}

#[test]
fn finishing_leaves_a_stream_usable() {
    let bytes = bytes(1500);
    for_each_level(|level| {
        let mut hasher = Xxh3::new(level);
        for (i, byte) in bytes.iter().enumerate() {
            if !cfg!(miri) || i % 100 == 0 {
                assert_eq!(hasher.finish64(), xxh3_64(level, 0, &bytes[..i]), "{level} {i}");
                assert_eq!(hasher.finish128(), xxh3_128(level, 0, &bytes[..i]), "{level} {i}");
            }
            hasher.update(&[*byte]);
        }
    });
}

#[test]
fn siphash_of_every_length_matches_reference() {
    let bytes = bytes(1100);
    for len in lengths().into_iter().filter(|&len| len <= bytes.len()) {
        for cuts in [&[usize::MAX][..], &[1], &[3, 0, 5, 17], &[8, 7]] {
            let mut expected = siphasher::sip::SipHasher13::new_with_keys(3, u64::MAX);
            expected.write(&bytes[..len]);
            let mut hasher = SipHasher13::new(3, u64::MAX);
            in_pieces(&bytes[..len], cuts, |piece| hasher.update(piece));
            assert_eq!(hasher.finish(), expected.finish(), "{len} {cuts:?}");
        }
    }
}

#[test]
fn hasher_writes_integers_as_native_bytes() {
    fn feed(hasher: &mut impl Hasher) -> u64 {
        hasher.write_u8(1);
        hasher.write_i64(-2);
        hasher.write_u128(3);
        hasher.finish()
    }
    let mut plain = [1; 25];
    plain[1..9].copy_from_slice(&(-2i64).to_ne_bytes());
    plain[9..].copy_from_slice(&3u128.to_ne_bytes());
    for_each_level(|level| {
        assert_eq!(feed(&mut Xxh3::new(level)), xxh3_64(level, 0, &plain));
    });
    let mut sip = SipHasher13::new(1, 2);
    sip.update(&plain);
    assert_eq!(feed(&mut SipHasher13::new(1, 2)), sip.finish());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(miri) { 4 } else { 128 }))]

    #[test]
    fn prop_streams_match_reference(
        seed: u64,
        keys: (u64, u64),
        bytes in proptest::collection::vec(any::<u8>(), 0..if cfg!(miri) { 1200 } else { 6000 }),
        cuts in proptest::collection::vec(1usize..1500, 1..8),
    ) {
        for_each_level(|level| check_stream(level, seed, &bytes, &cuts));
        let mut expected = siphasher::sip::SipHasher13::new_with_keys(keys.0, keys.1);
        expected.write(&bytes);
        let mut hasher = SipHasher13::new(keys.0, keys.1);
        in_pieces(&bytes, &cuts, |piece| hasher.update(piece));
        prop_assert_eq!(hasher.finish(), expected.finish());
    }
}

#[test]
fn blocks_by_their_sums_are_the_same_bytes() {
    let mut random = Random(3);
    let bytes: Vec<u8> = (0..80 * BLOCK_BYTES + 300).map(|_| random.next() as u8).collect();
    for_each_level(|level| {
        for round in 0..200 {
            // Bytes, blocks by their sums, bytes, blocks, bytes.
            let mut hasher = Xxh3::new(level);
            let mut at = 0;
            for _ in 0..2 {
                let plain = BLOCK_BYTES * random.within(0, 2);
                for piece in bytes[at..at + plain].chunks(random.within(1, 2000)) {
                    hasher.update(piece);
                }
                at += plain;
                let many = random.within(1, if round % 5 == 0 { 36 } else { 5 });
                let blocks = bytes[at..at + many * BLOCK_BYTES].as_chunks().0;
                let mut sums = vec![BlockSums::default(); many - 1];
                block_sums(level, &blocks[1..], &mut sums);
                block_sums(level, &blocks[..many - 1], &mut sums);
                hasher.update_blocks(&sums, &blocks[many - 1]);
                at += many * BLOCK_BYTES;
                assert_eq!(hasher.finish64(), xxh3_64(level, 0, &bytes[..at]), "{level:?} {at}");
            }
            let rest = random.within(0, 300);
            hasher.update(&bytes[at..at + rest]);
            let all = &bytes[..at + rest];
            assert_eq!(hasher.finish128(), xxh3_128(level, 0, all), "{level:?} {}", all.len());
        }
    });
}

/// So many that a CPU asks for them in advance.
#[test]
fn blocks_from_memory_by_their_sums() {
    let mut random = Random(5);
    let many = (Caches::detect().l2 / BLOCK_BYTES).min(8 << 10) + 64;
    let bytes: Vec<u8> = (0..many * BLOCK_BYTES).map(|_| random.next() as u8).collect();
    let (blocks, _) = bytes.as_chunks();
    let expected = reference::xxh3_64(&bytes);
    for_each_level(|level| {
        let mut sums = vec![BlockSums::default(); many - 1];
        block_sums(level, &blocks[..many - 1], &mut sums);
        let mut hasher = Xxh3::new(level);
        hasher.update_blocks(&sums, &blocks[many - 1]);
        assert_eq!(hasher.finish64(), expected, "{level:?}");
    });
}

#[test]
#[should_panic(expected = "1025 bytes before blocks")]
fn blocks_start_where_blocks_start() {
    let mut hasher = Xxh3::new(Level::SCALAR);
    hasher.update(&[0; BLOCK_BYTES + 1]);
    hasher.update_blocks(&[], &[0; BLOCK_BYTES]);
}

#[test]
#[should_panic(expected = "sums are of seed 0, not 5")]
fn sums_of_blocks_have_no_seed() {
    Xxh3::with_seed(Level::SCALAR, 5).update_blocks(&[], &[0; BLOCK_BYTES]);
}
