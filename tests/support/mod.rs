//! What the tests share: the oracle, the strategies, and how they are run.

#[cfg(unix)]
pub(crate) mod guard;
pub(crate) mod indirect;
#[cfg(feature = "testing")]
pub(crate) mod items;
pub(crate) mod oracle;
pub(crate) mod strategies;
#[cfg(feature = "testing")]
pub(crate) mod structures;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestCaseResult, TestRunner};
use stridewise::{AnyView, AnyViewMut, ElementType, Layout};

/// Bytes before and after every layout that nobody may touch.
pub(crate) const CANARY: usize = 64;

/// A number from the environment.
fn variable(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name}={text} is not a number")))
}

/// Random layouts to a property.
pub(crate) fn layouts() -> u32 {
    variable("STRIDEWISE_TEST_LAYOUTS").map_or(20_000, |n| n as u32)
}

/// A pool of a few threads, whatever the machine has.
pub(crate) fn pool() -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("three threads")
}

/// Holds `test` to [`layouts`] cases, in a pool of three threads.
pub(crate) fn check<S: Strategy>(
    name: &str,
    strategy: fn() -> S,
    test: impl Fn(S::Value) -> TestCaseResult + Send,
) {
    check_cases(layouts(), name, strategy, test);
}

/// Holds `test` to so many cases. The seed depends on the name alone, unless
/// the environment has another.
pub(crate) fn check_cases<S: Strategy>(
    cases: u32,
    name: &str,
    strategy: fn() -> S,
    test: impl Fn(S::Value) -> TestCaseResult + Send,
) {
    let seed = variable("STRIDEWISE_TEST_SEED").unwrap_or(0);
    let mixed = name.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let config = Config {
        cases,
        rng_seed: RngSeed::Fixed(mixed),
        failure_persistence: None,
        max_shrink_iters: 4000,
        ..Config::default()
    };
    let run = move || {
        let failed = TestRunner::new(config).run(&strategy(), test).err();
        failed.map(|error| error.to_string())
    };
    if let Some(error) = pool().install(run) {
        panic!("{name} (STRIDEWISE_TEST_SEED={seed}, {cases} cases): {error}");
    }
}

/// Dirty memory that a layout and its canaries fit in; the same salt gives
/// the same bytes.
pub(crate) fn memory(layout: &Layout, salt: u64) -> Vec<u8> {
    let end = if layout.is_empty() { 0 } else { layout.span().end as usize };
    bytes(end + CANARY, salt)
}

/// Memory that ends with the layout's last byte, so that AddressSanitizer
/// sees whoever reads beyond.
pub(crate) fn source(layout: &Layout, salt: u64) -> Vec<u8> {
    let mut bytes = memory(layout, salt);
    bytes.truncate(bytes.len() - CANARY);
    bytes.shrink_to_fit();
    bytes
}

/// So many bytes without a pattern.
pub(crate) fn bytes(len: usize, salt: u64) -> Vec<u8> {
    let mut state = salt.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes = Vec::with_capacity(len + 8);
    while bytes.len() < len {
        state ^= state >> 12;
        state ^= state << 25;
        state ^= state >> 27;
        bytes.extend_from_slice(&state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_le_bytes());
    }
    bytes.truncate(len);
    bytes
}

/// Items without a type, to read.
pub(crate) fn view<'a>(memory: &'a [u8], layout: &Layout) -> AnyView<'a> {
    AnyView::new(memory, ElementType::bytes(layout.itemsize()), layout.clone()).expect("inside")
}

/// Items without a type, to write.
pub(crate) fn view_mut<'a>(memory: &'a mut [u8], layout: &Layout) -> AnyViewMut<'a> {
    let element = ElementType::bytes(layout.itemsize());
    AnyViewMut::new(memory, element, layout.clone()).expect("inside, and no two items overlap")
}

/// Where two buffers differ first, in few words.
pub(crate) fn difference(found: &[u8], expected: &[u8]) -> Option<String> {
    if found == expected {
        return None;
    }
    let at = found.iter().zip(expected).position(|(a, b)| a != b);
    Some(match at {
        Some(at) => format!("byte {at} is {} and not {}", found[at], expected[at]),
        None => format!("{} bytes and not {}", found.len(), expected.len()),
    })
}

/// Fails a case if two buffers differ.
macro_rules! same_bytes {
    ($found:expr, $expected:expr, $($what:tt)*) => {
        if let Some(difference) = crate::support::difference(&$found, &$expected) {
            proptest::prop_assert!(false, "{}: {}", format!($($what)*), difference);
        }
    };
}
pub(crate) use same_bytes;
