#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| earcoach_fuzz::archive(bytes));
