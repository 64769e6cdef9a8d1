//! Names of error numbers, because `errno 2` helps nobody.

use std::io;

/// `ENOENT` and its like; `E<number>` for what the helpers do not normally meet.
pub fn name(errno: i32) -> String {
    let known = match errno {
        libc::E2BIG => "E2BIG",
        libc::EACCES => "EACCES",
        libc::EAGAIN => "EAGAIN",
        libc::EBADF => "EBADF",
        libc::EBUSY => "EBUSY",
        libc::EFAULT => "EFAULT",
        libc::EINVAL => "EINVAL",
        libc::EIO => "EIO",
        libc::EISDIR => "EISDIR",
        libc::ELIBBAD => "ELIBBAD",
        libc::ELOOP => "ELOOP",
        libc::EMFILE => "EMFILE",
        libc::ENAMETOOLONG => "ENAMETOOLONG",
        libc::ENFILE => "ENFILE",
        libc::ENODEV => "ENODEV",
        libc::ENOENT => "ENOENT",
        libc::ENOEXEC => "ENOEXEC",
        libc::ENOMEM => "ENOMEM",
        libc::ENOSPC => "ENOSPC",
        libc::ENOSYS => "ENOSYS",
        libc::ENOTDIR => "ENOTDIR",
        libc::ENXIO => "ENXIO",
        libc::EOPNOTSUPP => "EOPNOTSUPP",
        libc::EOVERFLOW => "EOVERFLOW",
        libc::EPERM => "EPERM",
        libc::EROFS => "EROFS",
        libc::ESRCH => "ESRCH",
        libc::ETXTBSY => "ETXTBSY",
        _ => return format!("E{errno}"),
    };
    known.to_owned()
}

pub fn of(error: &io::Error) -> String {
    name(error.raw_os_error().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #[test]
    fn known_numbers_have_names_and_others_keep_their_number() {
        assert_eq!(super::name(libc::ENOENT), "ENOENT");
        assert_eq!(super::name(4242), "E4242");
    }
}
