//! The memory that hashing fills, kept from one hash to the next.

use std::collections::TryReserveError;

use argon2::Block;

/// Blocks of 1 KiB. To allocate and clear them for every hash would cost a tenth of the hash.
#[derive(Default)]
pub(super) struct Memory {
    blocks: Vec<Block>,
}

impl Memory {
    /// The first `count` blocks, with whatever they hold: argon2 writes each before it reads it.
    pub(super) fn blocks(&mut self, count: usize) -> Result<&mut [Block], TryReserveError> {
        if self.blocks.len() < count {
            // Given back first: what is in them need not be moved, and both need not exist at once.
            self.blocks = Vec::new();
            self.blocks.try_reserve_exact(count)?;
            self.blocks.resize(count, Block::new());
        }
        Ok(&mut self.blocks[..count])
    }

    /// Gives back what is beyond `count` blocks.
    pub(super) fn shrink_to(&mut self, count: usize) {
        if self.blocks.len() > count {
            self.blocks.truncate(count);
            self.blocks.shrink_to_fit();
        }
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.blocks.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_grows_to_what_is_needed_and_goes_back() {
        let mut memory = Memory::default();
        assert_eq!(memory.capacity(), 0);
        assert_eq!(memory.blocks(64).unwrap().len(), 64);
        let place = memory.blocks.as_ptr();
        assert_eq!(memory.blocks(32).unwrap().len(), 32);
        assert_eq!(memory.blocks(64).unwrap().len(), 64);
        assert_eq!((memory.blocks.as_ptr(), memory.capacity()), (place, 64));
        assert_eq!(memory.blocks(256).unwrap().len(), 256);
        memory.shrink_to(64);
        assert_eq!(memory.capacity(), 64);
    }

    #[test]
    fn what_cannot_be_had_is_an_error() {
        assert!(Memory::default().blocks(usize::MAX / 1024).is_err());
    }
}
