//! Device memory as a host sees it.

use std::sync::Arc;

use crate::image::Image;
use crate::syntax::Space;

/// Each allocation has this much address space of its own, so that no pointer leads from one into the next.
pub(crate) const ALLOCATION_BITS: u32 = 40;
/// Most allocations, freed ones included.
const MAX_ALLOCATIONS: usize = 1 << 19;

/// What a host's access to device memory refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MemoryError {
    /// The limit would be passed.
    #[error("{wanted} bytes more than the memory's limit of {limit} bytes allows")]
    Full {
        /// Bytes asked for.
        wanted: u64,
        /// Limit of all allocations together.
        limit: u64,
    },
    /// Not within one allocation.
    #[error("{bytes} bytes at {address:#x} are not within one allocation")]
    OutOfBounds {
        /// First byte.
        address: u64,
        /// How many.
        bytes: u64,
    },
}

#[derive(Debug)]
pub(crate) struct Allocation {
    pub bytes: Vec<u8>,
    pub read_only: bool,
}

/// Device memory: allocations of fixed size, at addresses that never repeat.
#[derive(Debug)]
pub struct Memory {
    allocations: Vec<Option<Allocation>>,
    /// Variables of modules that were launched, by index; shared ones have no address here.
    modules: Vec<(Arc<Image>, Vec<u64>)>,
    used: u64,
    limit: u64,
}

impl Memory {
    /// Memory whose allocations take at most `limit` bytes together. Race detection takes 24 bytes for each byte of
    /// it that a launch touches.
    pub fn new(limit: u64) -> Self {
        Self { allocations: Vec::new(), modules: Vec::new(), used: 0, limit }
    }

    /// Zeros; the address of the first.
    ///
    /// # Errors
    /// [`MemoryError::Full`], also after 2^19 allocations.
    pub fn alloc(&mut self, bytes: u64) -> Result<u64, MemoryError> {
        let full = MemoryError::Full { wanted: bytes, limit: self.limit };
        let used = self.used.checked_add(bytes).filter(|used| *used <= self.limit).ok_or(full)?;
        if self.allocations.len() >= MAX_ALLOCATIONS {
            return Err(full);
        }
        self.used = used;
        let length = usize::try_from(bytes).map_err(|_| full)?;
        self.allocations.push(Some(Allocation { bytes: vec![0; length], read_only: false }));
        Ok((self.allocations.len() as u64) << ALLOCATION_BITS)
    }

    /// A copy of bytes; the address of the first.
    ///
    /// # Errors
    /// [`MemoryError::Full`].
    pub fn alloc_bytes(&mut self, bytes: &[u8]) -> Result<u64, MemoryError> {
        let address = self.alloc(bytes.len() as u64)?;
        self.write(address, bytes)?;
        Ok(address)
    }

    /// Frees a whole allocation.
    ///
    /// # Errors
    /// [`MemoryError::OutOfBounds`] unless `address` is an allocation's first byte.
    pub fn free(&mut self, address: u64) -> Result<(), MemoryError> {
        let slot = locate(address).filter(|(_, offset)| *offset == 0).and_then(|(i, _)| self.allocations.get_mut(i));
        match slot.and_then(Option::take) {
            Some(allocation) => {
                self.used -= allocation.bytes.len() as u64;
                Ok(())
            }
            None => Err(MemoryError::OutOfBounds { address, bytes: 0 }),
        }
    }

    /// Bytes at an address.
    ///
    /// # Errors
    /// [`MemoryError::OutOfBounds`].
    pub fn read(&self, address: u64, bytes: u64) -> Result<&[u8], MemoryError> {
        let found = locate(address).and_then(|(index, offset)| {
            let end = offset.checked_add(usize::try_from(bytes).ok()?)?;
            self.allocations.get(index)?.as_ref()?.bytes.get(offset..end)
        });
        found.ok_or(MemoryError::OutOfBounds { address, bytes })
    }

    /// Overwrites bytes at an address.
    ///
    /// # Errors
    /// [`MemoryError::OutOfBounds`].
    pub fn write(&mut self, address: u64, bytes: &[u8]) -> Result<(), MemoryError> {
        let found = locate(address).and_then(|(index, offset)| {
            let end = offset.checked_add(bytes.len())?;
            self.allocations.get_mut(index)?.as_mut()?.bytes.get_mut(offset..end)
        });
        let place = found.ok_or(MemoryError::OutOfBounds { address, bytes: bytes.len() as u64 })?;
        place.copy_from_slice(bytes);
        Ok(())
    }

    pub(crate) fn allocation(&mut self, index: usize) -> Option<&mut Allocation> {
        self.allocations.get_mut(index)?.as_mut()
    }

    /// Addresses of a module's global and constant variables, which are made at its first launch on this memory and
    /// keep their values between launches.
    pub(crate) fn variables_of(&mut self, image: &Arc<Image>) -> Result<Vec<u64>, MemoryError> {
        if let Some((_, addresses)) = self.modules.iter().find(|(known, _)| Arc::ptr_eq(known, image)) {
            return Ok(addresses.clone());
        }
        let mut addresses = Vec::with_capacity(image.variables.len());
        for variable in &image.variables {
            if variable.space == Space::Shared {
                addresses.push(0);
                continue;
            }
            let address = self.alloc(variable.size)?;
            self.write(address, &variable.init)?;
            if let Some(Some(allocation)) = self.allocations.last_mut() {
                allocation.read_only = variable.space == Space::Const;
            }
            addresses.push(address);
        }
        self.modules.push((Arc::clone(image), addresses.clone()));
        Ok(addresses)
    }
}

/// Index and offset of a global address.
pub(crate) fn locate(address: u64) -> Option<(usize, usize)> {
    let index = usize::try_from(address >> ALLOCATION_BITS).ok()?.checked_sub(1)?;
    Some((index, usize::try_from(address & ((1 << ALLOCATION_BITS) - 1)).ok()?))
}
