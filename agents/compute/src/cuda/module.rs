//! The PTX of the kernels.

macro_rules! modules {
    ($($(#[$doc:meta])* $name:ident = $file:literal, $target:literal;)*) => {
        /// A file of kernels; shapes, layout, bounds and fold order are documented in its source, `kernels/*.cu`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Module {
            $($(#[$doc])* $name,)*
        }

        impl Module {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The file's name without its extension.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$name => $file,)*
                }
            }

            /// The PTX.
            pub const fn ptx(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("../../kernels/", $file, ".ptx")),)*
                }
            }

            /// The lowest target that it is for, as in `sm_75`.
            pub const fn target(self) -> u32 {
                match self {
                    $(Self::$name => $target,)*
                }
            }
        }
    };
}

modules! {
    /// Maps of one operand.
    Maps = "maps", 75;
    /// Maps of two and three operands, with broadcasting.
    Pairs = "pairs", 75;
    /// Movement and sources.
    Movement = "movement", 75;
    /// Chained f32 folds of rows.
    Chains = "chains", 75;
    /// Reductions whose order changes no bit.
    Reduce = "reduce", 75;
    /// f32 matmul.
    MatmulF32 = "matmul_f32", 75;
    /// i8 matmul.
    MatmulI8Sm75 = "matmul_i8_sm75", 75;
    /// i8 matmul on newer tensor cores.
    MatmulI8Sm80 = "matmul_i8_sm80", 80;
    /// nearest.
    Nearest = "nearest", 75;
    /// segment_sum.
    Segments = "segments", 75;
    /// cholesky and solve.
    Linear = "linear", 75;
    /// Jacobi rotations.
    Jacobi = "jacobi", 75;
    /// Merkle hashing.
    Sha256 = "sha256", 75;
}
