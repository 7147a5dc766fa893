//! The limit: one loop that writes so many bytes into a file, and nothing else.

use std::fs::File;
use std::io::Write;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let (mut file, chunk) = (File::create(&args[1]).unwrap(), vec![7; 128 * 1024]);
    let mut left: usize = args[2].parse().unwrap();
    while left > 0 {
        let part = left.min(chunk.len());
        file.write_all(&chunk[..part]).unwrap();
        left -= part;
    }
}
