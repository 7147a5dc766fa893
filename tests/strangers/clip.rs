use earcoach::clip::{decode, own};

/// An audio file of a routine's author, and the same as a clip of a voice pack.
pub fn clip(bytes: &[u8]) {
    if let Ok(audio) = own::decode(bytes.to_vec()) {
        assert!(!audio.samples.is_empty());
        assert!(audio.samples.len() as u64 <= u64::from(audio.rate) * u64::from(own::LONGEST));
    }
    if let Ok(audio) = decode::decode(bytes.to_vec(), 8_000) {
        assert!(audio.samples.len() <= 8_000);
    }
}
