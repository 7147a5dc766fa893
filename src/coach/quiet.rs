//! Keeps the system's sound libraries from writing to the terminal: ALSA and JACK print what
//! they try and do not find.

/// Does something while nothing that is written to standard error arrives. Nothing else may be
/// told meanwhile.
#[cfg(unix)]
pub fn quietly<T>(action: impl FnOnce() -> T) -> T {
    let _silence = Silence::begin();
    action()
}

/// Does something; other systems' libraries are quiet by themselves.
#[cfg(not(unix))]
pub fn quietly<T>(action: impl FnOnce() -> T) -> T {
    action()
}

/// Standard error leads nowhere until this is dropped.
#[cfg(unix)]
struct Silence(std::os::fd::OwnedFd);

#[cfg(unix)]
impl Silence {
    /// `None` where there is no standard error, or nowhere to lead it.
    fn begin() -> Option<Self> {
        let nowhere = std::fs::File::options().write(true).open("/dev/null").ok()?;
        let before = std::os::fd::AsFd::as_fd(&std::io::stderr()).try_clone_to_owned().ok()?;
        rustix::stdio::dup2_stderr(nowhere).ok()?;
        Some(Self(before))
    }
}

#[cfg(unix)]
impl Drop for Silence {
    fn drop(&mut self) {
        // It was open before, so it can be opened again.
        let _ = rustix::stdio::dup2_stderr(&self.0);
    }
}
