//! A block's shared memory.

use super::shadow::Cell;
use crate::fault::Fault;
use crate::image::Image;

/// Unused bytes between variables, so that an access past one's end is not within the next.
const GAP: u32 = 128;
/// No limit goes beyond this.
const MOST: u32 = 1 << 24;

/// Where a kernel's shared variables lie.
#[derive(Debug)]
pub struct Layout {
    /// Variable's index and its offset.
    pub offsets: Vec<(u32, u32)>,
    /// Start and end of each variable, ascending.
    ranges: Vec<(u32, u32)>,
    /// Offsets end here.
    size: u32,
    /// Bytes of variables, dynamic ones included.
    pub total: u32,
    pub dynamic: u32,
}

impl Layout {
    /// Static variables in order, then the dynamic ones, which all begin at one place.
    pub fn of(image: &Image, kernel: u32, dynamic: u32, limit: u32) -> Result<Self, Fault> {
        let mut layout = Self { offsets: Vec::new(), ranges: Vec::new(), size: 0, total: 0, dynamic };
        let used = image.shared_of(kernel);
        let variable = |index: u32| &image.variables[index as usize];
        let total = used.iter().fold(u64::from(dynamic), |sum, index| sum + variable(*index).size);
        if total > u64::from(limit.min(MOST)) {
            return Err(Fault::Launch(format!("{total} bytes of shared memory, above the limit of {limit}")));
        }
        layout.total = total as u32;
        let shared = used.iter().filter(|index| variable(**index).dynamic);
        let align = shared.clone().map(|index| variable(*index).align).max().unwrap_or(16);
        for &index in used.iter().filter(|index| !variable(**index).dynamic) {
            let start = layout.place(variable(index).align, variable(index).size as u32);
            layout.offsets.push((index, start));
        }
        let start = layout.place(align, dynamic);
        layout.offsets.extend(shared.map(|index| (*index, start)));
        Ok(layout)
    }

    fn place(&mut self, align: u32, size: u32) -> u32 {
        let start = self.size.next_multiple_of(align.max(16));
        self.ranges.push((start, start + size));
        self.size = start + size + GAP;
        start
    }

    /// Whether bytes lie within one variable.
    fn contains(&self, address: u64, bytes: u32) -> bool {
        let after = self.ranges.partition_point(|(start, _)| u64::from(*start) <= address);
        let range = after.checked_sub(1).and_then(|index| self.ranges.get(index));
        range.is_some_and(|(_, end)| address.saturating_add(u64::from(bytes)) <= u64::from(*end))
    }
}

/// Bytes of one block, and who touched them.
#[derive(Debug)]
pub struct Shared {
    pub layout: Layout,
    pub bytes: Vec<u8>,
    pub cells: Vec<Cell>,
}

impl Shared {
    pub fn new(layout: Layout) -> Self {
        let size = layout.size as usize;
        Self { layout, bytes: vec![0; size], cells: vec![Cell::default(); size] }
    }

    /// A new block's: nobody wrote it.
    pub fn clear(&mut self) {
        self.bytes.fill(0);
        self.cells.fill(Cell::default());
    }

    /// The offset of bytes within one variable.
    pub fn locate(&self, address: u64, bytes: u32) -> Option<usize> {
        self.layout.contains(address, bytes).then_some(address as usize)
    }
}
