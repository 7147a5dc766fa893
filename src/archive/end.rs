//! The record at an archive's end (APPNOTE.TXT, section 4.3.16). It is judged before the archive's list
//! is read, since it says how long that is.

use std::io::{Read, Seek, SeekFrom};

use super::{ArchiveError, MOST_ENTRIES};

/// The record without a comment, in bytes.
const LENGTH: u64 = 22;
/// What may come before it in an archive too large for it (section 4.3.15).
const LOCATOR: u64 = 20;
/// The longest list of entries, in bytes: 400 each.
const LONGEST_LIST: u32 = 400 * MOST_ENTRIES as u32;

/// Makes sure that the archive fills its file, ends without a comment and has no more entries than
/// it may have.
pub fn check(file: &mut (impl Read + Seek)) -> Result<(), ArchiveError> {
    let length = file.seek(SeekFrom::End(0))?;
    let no_archive = || ArchiveError::of("it is no ZIP archive, or it is cut short");
    let at = length.checked_sub(LENGTH).ok_or_else(no_archive)?;
    file.seek(SeekFrom::Start(at))?;
    let mut record = [0; LENGTH as usize];
    file.read_exact(&mut record)?;
    let short = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
    let long = |at: usize| u32::from(short(at)) | u32::from(short(at + 2)) << 16;
    if !record.starts_with(b"PK\x05\x06") {
        return Err(no_archive());
    }
    let (entries, list, begin) = (short(10), long(12), long(16));
    if at >= LOCATOR {
        file.seek(SeekFrom::Start(at - LOCATOR))?;
        let mut mark = [0; 4];
        file.read_exact(&mut mark)?;
        if mark == *b"PK\x06\x07" {
            return Err(ArchiveError::of(format!("it has more than {MOST_ENTRIES} entries")));
        }
    }
    if usize::from(entries) > MOST_ENTRIES || list > LONGEST_LIST {
        return Err(ArchiveError::of(format!("it has more than {MOST_ENTRIES} entries")));
    }
    let is_whole = short(4) == 0 && short(6) == 0 && short(8) == entries;
    if !is_whole || short(20) != 0 || u64::from(begin) + u64::from(list) != at {
        return Err(ArchiveError::of("it is not a ZIP archive and nothing else"));
    }
    file.rewind()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    /// What is said of an archive with this list and this record behind it.
    fn told(list: &[u8], record: &[u8]) -> String {
        let file = [list, record].concat();
        check(&mut Cursor::new(file)).map_or_else(|error| error.to_string(), |()| "sound".into())
    }

    fn record(entries: u16, list: u32, begin: u32) -> Vec<u8> {
        let [few, many] = entries.to_le_bytes();
        let start = [b'P', b'K', 5, 6, 0, 0, 0, 0, few, many, few, many];
        [&start[..], &list.to_le_bytes(), &begin.to_le_bytes(), &[0, 0]].concat()
    }

    #[test]
    fn the_record_has_to_fit_what_is_before_it() {
        assert_eq!(told(b"", &record(0, 0, 0)), "sound");
        assert_eq!(told(&[0; 30], &record(1, 20, 10)), "sound");
        let other = "it is not a ZIP archive and nothing else";
        assert_eq!(told(&[0; 30], &record(1, 20, 9)), other);
        let mut of_two_disks = record(0, 0, 0);
        of_two_disks[4] = 1;
        assert_eq!(told(b"", &of_two_disks), other);
    }

    #[test]
    fn what_has_no_record_or_a_comment_behind_it_is_refused() {
        let none = "it is no ZIP archive, or it is cut short";
        assert_eq!(told(b"", b""), none);
        assert_eq!(told(b"", &[&record(0, 0, 0)[..], b"x"].concat()), none);
    }

    #[test]
    fn no_more_entries_are_listed_than_there_may_be() {
        let many = "it has more than 20100 entries";
        assert_eq!(told(b"", &record(20_101, 0, 0)), many);
        assert_eq!(told(b"", &record(1, u32::MAX, 0)), many);
        let locator = [&b"PK\x06\x07"[..], &[0; 16]].concat();
        assert_eq!(told(&locator, &record(0, 0, 20)), many);
    }
}
