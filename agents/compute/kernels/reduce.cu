// Reductions whose order changes no bit: integer sums, greatest, least, their indices, i8 rowdot.
//
// Parameters: x (rowdot: a, b), out [rows], rows (u64), k (u64). Rows are row-major [rows, k]; k may be 0.
// Kernels named *_warp: block of 256 threads, a warp to a row. *_block: block of 256 threads, the block to a row.
#include "word.cuh"

#define THREADS 256
#define ALL 0xffffffffu

// Unsigned keys in the order of the numbers; NaN_KEY is where NaN goes.
template <word NAN_KEY>
DEVICE word ordered(word x) {
    return is_nan(x) ? NAN_KEY : (word)key(x) ^ SIGN;
}

template <word NAN_KEY>
DEVICE word number_of(word ordered) {
    if (ordered == NAN_KEY) return NAN_WORD;
    int bits = (int)(ordered ^ SIGN);
    return (word)bits ^ ((word)(bits >> 31) >> 1);
}

// A candidate of argmin: rank above, index below, so that the least is the best with the lowest index.
DEVICE u64 candidate(int rank, u64 index) { return (u64)((word)rank ^ SIGN) << 32 | index; }

// Each operation: the element's type, the accumulator's, its start, an element's contribution, the join of two, the result.
struct SumI8 {
    typedef signed char In; typedef word Acc;
    static __device__ Acc start() { return 0; }
    static __device__ Acc of(const In* a, const In*, u64 at, u64) { return (word)(int)a[at]; }
    static __device__ Acc join(Acc a, Acc b) { return a + b; }
    static __device__ word result(Acc a) { return a; }
};
struct SumI32 : SumI8 {
    typedef int In;
    static __device__ Acc of(const In* a, const In*, u64 at, u64) { return (word)a[at]; }
};
struct DotI8 : SumI8 {
    static __device__ Acc of(const In* a, const In* b, u64 at, u64) { return (word)((int)a[at] * (int)b[at]); }
};
struct MaxF32 {
    typedef word In; typedef word Acc;
    static __device__ Acc start() { return ordered<0xffffffffu>(NEG_INFINITY_WORD); }
    static __device__ Acc of(const In* a, const In*, u64 at, u64) { return ordered<0xffffffffu>(a[at]); }
    static __device__ Acc join(Acc a, Acc b) { return a > b ? a : b; }
    static __device__ word result(Acc a) { return number_of<0xffffffffu>(a); }
};
struct MinF32 {
    typedef word In; typedef word Acc;
    static __device__ Acc start() { return ordered<0>(INFINITY_WORD); }
    static __device__ Acc of(const In* a, const In*, u64 at, u64) { return ordered<0>(a[at]); }
    static __device__ Acc join(Acc a, Acc b) { return a < b ? a : b; }
    static __device__ word result(Acc a) { return number_of<0>(a); }
};
struct MaxI32 {
    typedef int In; typedef int Acc;
    static __device__ Acc start() { return (int)SIGN; }
    static __device__ Acc of(const In* a, const In*, u64 at, u64) { return a[at]; }
    static __device__ Acc join(Acc a, Acc b) { return a > b ? a : b; }
    static __device__ word result(Acc a) { return (word)a; }
};
struct MinI32 : MaxI32 {
    static __device__ Acc start() { return 0x7fffffff; }
    static __device__ Acc join(Acc a, Acc b) { return a < b ? a : b; }
};
// Index -1 over an empty row: the low half of the start.
struct ArgMinF32 {
    typedef word In; typedef u64 Acc;
    static __device__ Acc start() { return ~0ull; }
    static __device__ Acc of(const In* a, const In*, u64 at, u64 index) { return candidate(rank(a[at]), index); }
    static __device__ Acc join(Acc a, Acc b) { return a < b ? a : b; }
    static __device__ word result(Acc a) { return (word)a; }
};
struct ArgMaxF32 : ArgMinF32 {
    static __device__ Acc of(const In* a, const In*, u64 at, u64 index) { return candidate(~rank(a[at]), index); }
};
struct ArgMinI32 : ArgMinF32 {
    static __device__ Acc of(const In* a, const In*, u64 at, u64 index) { return candidate((int)a[at], index); }
};
struct ArgMaxI32 : ArgMinF32 {
    static __device__ Acc of(const In* a, const In*, u64 at, u64 index) { return candidate(~(int)a[at], index); }
};

template <class Op>
DEVICE typename Op::Acc over_warp(typename Op::Acc acc) {
#pragma unroll
    for (int distance = 16; distance > 0; distance /= 2) acc = Op::join(acc, __shfl_xor_sync(ALL, acc, distance));
    return acc;
}

template <class Op>
DEVICE void by_warp(const typename Op::In* a, const typename Op::In* b, word* out, u64 rows, u64 k) {
    const u64 lane = threadIdx.x % 32;
    const u64 step = (u64)gridDim.x * (THREADS / 32);
    for (u64 row = (u64)blockIdx.x * (THREADS / 32) + threadIdx.x / 32; row < rows; row += step) {
        typename Op::Acc acc = Op::start();
        for (u64 i = lane; i < k; i += 32) acc = Op::join(acc, Op::of(a, b, row * k + i, i));
        acc = over_warp<Op>(acc);
        if (lane == 0) out[row] = Op::result(acc);
    }
}

template <class Op>
DEVICE void by_block(const typename Op::In* a, const typename Op::In* b, word* out, u64 rows, u64 k) {
    __shared__ typename Op::Acc parts[THREADS / 32];
    for (u64 row = blockIdx.x; row < rows; row += gridDim.x) {
        typename Op::Acc acc = Op::start();
        for (u64 i = threadIdx.x; i < k; i += THREADS) acc = Op::join(acc, Op::of(a, b, row * k + i, i));
        acc = over_warp<Op>(acc);
        if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = acc;
        __syncthreads();
        if (threadIdx.x == 0) {
#pragma unroll
            for (int i = 1; i < THREADS / 32; i++) acc = Op::join(acc, parts[i]);
            out[row] = Op::result(acc);
        }
        __syncthreads();
    }
}

#define REDUCE(NAME, OP)                                                                                        \
    extern "C" __global__ void __launch_bounds__(THREADS) NAME##_warp(const OP::In* __restrict__ x,             \
                                                                      word* __restrict__ out, u64 rows, u64 k) { \
        by_warp<OP>(x, x, out, rows, k);                                                                        \
    }                                                                                                           \
    extern "C" __global__ void __launch_bounds__(THREADS) NAME##_block(const OP::In* __restrict__ x,            \
                                                                       word* __restrict__ out, u64 rows, u64 k) { \
        by_block<OP>(x, x, out, rows, k);                                                                       \
    }

REDUCE(sum_i8, SumI8)
REDUCE(sum_i32, SumI32)
REDUCE(max_f32, MaxF32)
REDUCE(min_f32, MinF32)
REDUCE(max_i32, MaxI32)
REDUCE(min_i32, MinI32)
REDUCE(argmin_f32, ArgMinF32)
REDUCE(argmax_f32, ArgMaxF32)
REDUCE(argmin_i32, ArgMinI32)
REDUCE(argmax_i32, ArgMaxI32)

// i8 rowdot: wraps mod 2^32.
extern "C" __global__ void __launch_bounds__(THREADS) rowdot_i8_warp(const signed char* __restrict__ a,
                                                                     const signed char* __restrict__ b,
                                                                     word* __restrict__ out, u64 rows, u64 k) {
    by_warp<DotI8>(a, b, out, rows, k);
}
extern "C" __global__ void __launch_bounds__(THREADS) rowdot_i8_block(const signed char* __restrict__ a,
                                                                      const signed char* __restrict__ b,
                                                                      word* __restrict__ out, u64 rows, u64 k) {
    by_block<DotI8>(a, b, out, rows, k);
}
