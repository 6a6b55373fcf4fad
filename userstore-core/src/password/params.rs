//! How much work a hash is.

use std::fmt;

/// The cost of a hash with argon2id (RFC 9106, section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HashParams {
    /// Memory, in KiB, for the time of one hash.
    pub(crate) memory_kib: u32,
    /// Passes over the memory.
    pub(crate) iterations: u32,
    /// Lanes of the memory. One thread computes them all; more of them only make the hash of another implementation.
    pub(crate) parallelism: u32,
}

impl HashParams {
    /// 4 GiB.
    pub(super) const MAX_MEMORY_KIB: u32 = 4 * 1024 * 1024;
    pub(super) const MAX_ITERATIONS: u32 = 100;
    pub(super) const MAX_PARALLELISM: u32 = 16;

    /// The settings that the OWASP Password Storage Cheat Sheet gives as its equivalent minimums: passes, and the KiB
    /// that go with them.
    const MINIMUMS: [(u32, u32); 5] = [(1, 46 * 1024), (2, 19 * 1024), (3, 12 * 1024), (4, 9 * 1024), (5, 7 * 1024)];

    /// Refuses settings that are weaker than each of OWASP's minimums, and those that nobody means.
    pub(crate) fn validate(self) -> Result<Self, ParamsError> {
        if !(1..=Self::MAX_ITERATIONS).contains(&self.iterations) {
            return Err(ParamsError::Iterations);
        }
        if !(1..=Self::MAX_PARALLELISM).contains(&self.parallelism) {
            return Err(ParamsError::Parallelism);
        }
        let at_least = self.least_memory_kib();
        if self.memory_kib < at_least {
            return Err(ParamsError::TooWeak { iterations: self.iterations, memory_kib: at_least });
        }
        if self.memory_kib > Self::MAX_MEMORY_KIB {
            return Err(ParamsError::TooMuchMemory);
        }
        Ok(self)
    }

    /// Whether nothing is asked for that a sensible setting would not ask for, too. What is less than today's minimum
    /// passes: it was a sensible setting once.
    pub(super) fn is_bearable(self) -> bool {
        self.memory_kib <= Self::MAX_MEMORY_KIB
            && self.iterations <= Self::MAX_ITERATIONS
            && self.parallelism <= Self::MAX_PARALLELISM
    }

    fn least_memory_kib(self) -> u32 {
        let affordable = Self::MINIMUMS.iter().filter(|(iterations, _)| *iterations <= self.iterations);
        affordable.map(|(_, memory_kib)| *memory_kib).min().unwrap_or(Self::MAX_MEMORY_KIB)
    }
}

impl Default for HashParams {
    /// OWASP's first choice with one lane: 19 MiB, two passes.
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, iterations: 2, parallelism: 1 }
    }
}

/// Why the cost of a hash is not accepted. `Display` says what to set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ParamsError {
    /// Less work than OWASP's minimum.
    TooWeak {
        /// The passes that were asked for.
        iterations: u32,
        /// The least memory, in KiB, with that many.
        memory_kib: u32,
    },
    TooMuchMemory,
    Iterations,
    Parallelism,
}

impl fmt::Display for ParamsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooWeak { iterations, memory_kib } => write!(
                f,
                "passwords.memory_kib must be at least {memory_kib} while passwords.iterations is {iterations} (the \
                 minimum of the OWASP Password Storage Cheat Sheet)"
            ),
            Self::TooMuchMemory => {
                write!(f, "passwords.memory_kib must be at most {} (4 GiB)", HashParams::MAX_MEMORY_KIB)
            }
            Self::Iterations => {
                write!(f, "passwords.iterations must be from 1 to {}", HashParams::MAX_ITERATIONS)
            }
            Self::Parallelism => {
                write!(f, "passwords.parallelism must be from 1 to {}", HashParams::MAX_PARALLELISM)
            }
        }
    }
}

impl std::error::Error for ParamsError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn validated(memory_kib: u32, iterations: u32, parallelism: u32) -> Result<(), ParamsError> {
        HashParams { memory_kib, iterations, parallelism }.validate().map(|_| ())
    }

    #[test]
    fn exactly_what_is_as_strong_as_a_minimum_passes() {
        for (iterations, memory_kib) in
            [(1, 47_104), (2, 19_456), (3, 12_288), (4, 9_216), (5, 7_168), (6, 7_168), (100, 7_168)]
        {
            assert_eq!(validated(memory_kib, iterations, 1), Ok(()));
            assert_eq!(validated(memory_kib - 1, iterations, 1), Err(ParamsError::TooWeak { iterations, memory_kib }));
        }
        assert!(HashParams::default().validate().is_ok());
        assert_eq!(validated(1 << 22, 100, 16), Ok(()));
    }

    #[test]
    fn what_nobody_means_is_refused() {
        assert_eq!(validated((1 << 22) + 1, 2, 1), Err(ParamsError::TooMuchMemory));
        assert_eq!(validated(19_456, 0, 1), Err(ParamsError::Iterations));
        assert_eq!(validated(19_456, 101, 1), Err(ParamsError::Iterations));
        assert_eq!(validated(19_456, 2, 0), Err(ParamsError::Parallelism));
        assert_eq!(validated(19_456, 2, 17), Err(ParamsError::Parallelism));
    }

    #[test]
    fn errors_say_what_to_set() {
        let text = validated(4_096, 3, 1).unwrap_err().to_string();
        assert!(
            text.starts_with("passwords.memory_kib must be at least 12288 while passwords.iterations is 3"),
            "{text}"
        );
    }
}
