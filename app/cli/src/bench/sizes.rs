//! How large benchmarks are.

/// Shapes of all benchmarks.
#[derive(Clone, Debug)]
pub struct Sizes {
    /// Sides of the cubes that products are.
    pub product_sides: Vec<u64>,
    /// Rows, columns, clusters and iterations of the k-means.
    pub kmeans: (usize, usize, u32, u32),
    /// Rows, columns and components of the principal component analysis.
    pub pca: (usize, usize, u32),
    /// Rows and columns of the regression.
    pub linear_regression: (usize, usize),
    /// Sentences that are embedded.
    pub sentences: usize,
    /// Side of the matrix that is hashed.
    pub hashed_side: u64,
}

impl Sizes {
    /// Those of the published figures.
    #[must_use]
    pub fn full() -> Self {
        Self {
            product_sides: vec![1024, 2048, 4096],
            kmeans: (100_000, 64, 64, 20),
            pca: (100_000, 128, 16),
            linear_regression: (200_000, 64),
            sentences: 256,
            hashed_side: 4096,
        }
    }

    /// Seconds in all.
    #[must_use]
    pub fn quick() -> Self {
        Self {
            product_sides: vec![256],
            kmeans: (4_000, 16, 8, 3),
            pca: (4_000, 24, 4),
            linear_regression: (4_000, 16),
            sentences: 16,
            hashed_side: 512,
        }
    }

    /// The same without products above `side` cubed.
    #[must_use]
    pub fn up_to(mut self, side: u64) -> Self {
        self.product_sides.retain(|&own| own <= side);
        self
    }
}
