//! From a [`Level`] to code: the only `match` on levels.
//!
//! A kernel is written once, generic over [`Simd`], as an implementation of
//! [`Kernel`]. [`select`] turns it into a plain function pointer for one
//! level. The pointer is chosen once per chunk and called once per inner
//! block; inside it the generic body is inlined into a function that has the
//! level's target features switched on.

use crate::hash::Accumulate;
use crate::level::{Kind, Level};
use crate::vector::Vector;
use core::marker::PhantomData;
use pulp::NullaryFnOnce;

/// An instruction set that kernels are generic over.
pub(crate) trait Simd: Copy {
    /// The widest register.
    type Wide: Vector;
    /// A register of one 16-byte lane.
    type Lane: Vector;
    /// A register of XXH3's sums.
    type Sum: Accumulate;
    /// No vectors: kernels take their plain loops.
    const SCALAR: bool = false;
    /// [`permute`](Simd::permute) and [`blend`](Simd::blend) are there.
    const ACROSS: bool = false;

    /// Asks for the line at `p` to come nearer, to L2 at least.
    ///
    /// # Safety
    /// K1; `p` may be any address.
    #[inline(always)]
    unsafe fn prefetch(_p: *const u8) {}

    /// Asks for the line at `p` to come into L1.
    ///
    /// # Safety
    /// K1; `p` may be any address.
    #[inline(always)]
    unsafe fn prefetch_near(_p: *const u8) {}

    /// Makes what was [streamed](Vector::stream) visible before later stores.
    ///
    /// # Safety
    /// K1.
    #[inline(always)]
    unsafe fn fence() {}

    /// Byte `i` becomes byte `index[i]`, of any lane.
    ///
    /// # Safety
    /// K1, and [`ACROSS`](Simd::ACROSS).
    #[inline(always)]
    unsafe fn permute(_bytes: Self::Wide, _index: &[u8; 64]) -> Self::Wide {
        unreachable!("this level moves no bytes across lanes")
    }

    /// The bytes of `other` where `mask` has a bit, else those of `bytes`.
    ///
    /// # Safety
    /// As for [`permute`](Simd::permute).
    #[inline(always)]
    unsafe fn blend(_bytes: Self::Wide, _other: Self::Wide, _mask: u64) -> Self::Wide {
        unreachable!("this level moves no bytes across lanes")
    }

    /// Calls `op` inside a function with this level's features.
    ///
    /// # Safety
    /// K1: the CPU has the level.
    unsafe fn vectorize<Op: NullaryFnOnce>(op: Op) -> Op::Output;
}

/// A loop that exists once for every level.
pub(crate) trait Kernel {
    /// What the loop needs: pointers, extents, strides.
    type Args: Copy;
    /// What it answers.
    type Output;

    /// The body; implementations are `#[inline(always)]`.
    ///
    /// # Safety
    /// K1 for `S`, and what the kernel's family demands of its arguments.
    unsafe fn run<S: Simd>(args: Self::Args) -> Self::Output;

    /// The body inside the target features of `S`. A method, because the
    /// compiler puts it into the codegen unit of `Self`: kernels of different
    /// modules compile side by side.
    ///
    /// # Safety
    /// K1 for `S` (given by the `Level` that [`select`] matched), and the
    /// contract of [`Kernel::run`].
    unsafe fn at<S: Simd>(args: Self::Args) -> Self::Output {
        struct Call<S, K: Kernel + ?Sized>(K::Args, PhantomData<S>);
        impl<S: Simd, K: Kernel + ?Sized> NullaryFnOnce for Call<S, K> {
            type Output = K::Output;
            #[inline(always)]
            fn call(self) -> K::Output {
                // SAFETY: the caller of `at` vouches for K1 and for the arguments.
                unsafe { K::run::<S>(self.0) }
            }
        }
        // SAFETY: K1 is the caller's promise.
        unsafe { S::vectorize(Call::<S, Self>(args, PhantomData)) }
    }
}

/// A kernel compiled for one level.
pub(crate) type KernelFn<K> = unsafe fn(<K as Kernel>::Args) -> <K as Kernel>::Output;

/// The code of `K` at `level`.
pub(crate) fn select<K: Kernel>(level: Level) -> KernelFn<K> {
    match level.0 {
        Kind::Scalar => K::at::<crate::scalar::Scalar>,
        #[cfg(target_arch = "x86_64")]
        Kind::V2 => K::at::<crate::x86_64::V2>,
        #[cfg(target_arch = "x86_64")]
        Kind::V3 => K::at::<crate::x86_64::V3>,
        #[cfg(target_arch = "x86_64")]
        Kind::V4 | Kind::V4Vbmi => K::at::<crate::x86_64::V4>,
        #[cfg(target_arch = "aarch64")]
        Kind::Neon => K::at::<crate::aarch64::Neon>,
        #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
        Kind::Simd128 => K::at::<crate::wasm32::Simd128>,
    }
}

/// The same for a kernel that moves bytes [across](Simd::ACROSS) lanes where the
/// CPU can.
pub(crate) fn select_across<K: Kernel>(level: Level) -> KernelFn<K> {
    match level.0 {
        #[cfg(target_arch = "x86_64")]
        Kind::V4Vbmi => K::at::<crate::x86_64::V4Vbmi>,
        _ => select::<K>(level),
    }
}
