package disk_test

import (
	"io"
	"io/fs"
	"syscall"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"
	"github.com/stretchr/testify/require"

	"waybill/pipeline/stream/store/internal/disk"
)

func open(below vfs.FS) (disk.FS, *disk.Failure) {
	failure := disk.NewFailure()
	return disk.FS{FS: below, Failure: failure}, failure
}

func write(t *testing.T, files vfs.FS, name, text string) {
	f, err := files.Create(name, vfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	_, err = f.Write([]byte(text))
	require.NoError(t, err)
	require.NoError(t, f.Sync())
	require.NoError(t, f.Close())
}

func read(t *testing.T, files vfs.FS, name string) string {
	f, err := files.Open(name)
	require.NoError(t, err)
	text, err := io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	return string(text)
}

// After the first failure every change passes for done, and nothing changes.
func TestNothingAfterFailure(t *testing.T) {
	below := vfs.NewMem()
	files, failure := open(below)
	write(t, files, "a", "old")
	opened, err := files.Create("open", vfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	require.NoError(t, failure.Err())

	failure.Set(syscall.ENOSPC)
	failure.Set(syscall.EIO)
	require.Equal(t, syscall.ENOSPC, failure.Err(), "the first is the reason")
	<-failure.Done()
	write(t, files, "a", "new")
	write(t, files, "b", "new")
	_, err = opened.Write([]byte("new"))
	require.NoError(t, err)
	require.NoError(t, opened.Close())
	require.NoError(t, files.Rename("a", "c"))
	require.NoError(t, files.Link("a", "d"))
	require.NoError(t, files.Remove("a"))
	require.NoError(t, files.RemoveAll("a"))
	require.NoError(t, files.MkdirAll("e", 0o755))

	names, err := below.List("")
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"a", "open"}, names)
	require.Equal(t, "old", read(t, files, "a"))
	require.Empty(t, read(t, files, "open"))
}

// What was written to nowhere is not there to be read.
func TestNowhere(t *testing.T) {
	files, failure := open(vfs.NewMem())
	failure.Set(syscall.EIO)
	f, err := files.Create("f", vfs.WriteCategoryUnspecified)
	require.NoError(t, err)
	_, err = f.Write([]byte("text"))
	require.NoError(t, err)
	_, err = f.ReadAt(make([]byte, 4), 0)
	require.ErrorIs(t, err, fs.ErrNotExist)
	_, err = f.Stat()
	require.ErrorIs(t, err, fs.ErrNotExist)
	require.Equal(t, vfs.InvalidFd, f.Fd())
}

func TestWhatIsAFailure(t *testing.T) {
	t.Run("no file of that name", func(t *testing.T) {
		files, failure := open(vfs.NewMem())
		_, err := files.Open("f")
		require.ErrorIs(t, err, fs.ErrNotExist)
		require.ErrorIs(t, files.Remove("f"), fs.ErrNotExist)
		require.NoError(t, failure.Err())
	})
	t.Run("no folder to write to", func(t *testing.T) {
		files, failure := open(vfs.NewMem())
		_, err := files.Create("folder/f", vfs.WriteCategoryUnspecified)
		require.NoError(t, err)
		require.ErrorIs(t, failure.Err(), fs.ErrNotExist)
	})
	t.Run("a read that fails", func(t *testing.T) {
		below := vfs.NewMem()
		write(t, below, "f", "text")
		files, failure := open(errorfs.Wrap(below, errorfs.InjectorFunc(func(op errorfs.Op) error {
			if op.Kind == errorfs.OpFileRead {
				return syscall.EIO
			}
			return nil
		})))
		f, err := files.Open("f")
		require.NoError(t, err)
		_, err = f.Read(make([]byte, 4))
		require.ErrorIs(t, err, syscall.EIO)
		require.ErrorIs(t, failure.Err(), syscall.EIO)
	})
}
