//go:build !unix

package embedded

import "os"

// tryLock trusts the user: this system has no advisory lock in the standard library.
func tryLock(*os.File) error { return nil }
