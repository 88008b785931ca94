package apikeys_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"waybill/internal/apikeys"
)

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// made makes a key and a file of it.
func made(t *testing.T, tenant string, scopes ...string) (key *apikeys.Key, text, path string) {
	t.Helper()
	key, text, err := apikeys.New(tenant, scopes)
	require.NoError(t, err)
	entry, err := key.Entry()
	require.NoError(t, err)
	path = filepath.Join(t.TempDir(), "keys.yaml")
	require.NoError(t, os.WriteFile(path, entry, 0o600))
	require.NotContains(t, string(entry), text[strings.LastIndex(text, "_")+1:], "the file must not let anybody in")
	return key, text, path
}

func TestFind(t *testing.T) {
	key, text, path := made(t, "acme", apikeys.ScopeRead, apikeys.ScopeEndpoints)
	keys, err := apikeys.Open(path, quiet())
	require.NoError(t, err)
	require.Equal(t, key, keys.Find(text))
	for _, wrong := range []string{
		"", "wbk_", "wbk__", text[:len(text)-1], text + "a", strings.ToUpper(text), strings.TrimPrefix(text, "wbk_"),
		"wbk_" + key.ID + "_", "wbk_" + key.ID + "_" + key.SHA256, "wbk_other" + text[len("wbk_")+len(key.ID):],
	} {
		require.Nil(t, keys.Find(wrong), wrong)
	}
}

func TestAllows(t *testing.T) {
	for scope, allows := range map[string][]string{
		apikeys.ScopeRead:  {apikeys.ScopeRead},
		apikeys.ScopeAdmin: apikeys.Scopes(),
	} {
		key, _, _ := made(t, "acme", scope)
		for _, wanted := range apikeys.Scopes() {
			require.Equal(t, slices.Contains(allows, wanted), key.Allows(wanted), "%s for %s", scope, wanted)
		}
	}
	key, _, _ := made(t, "acme", apikeys.ScopeEndpoints)
	require.True(t, key.Allows(apikeys.ScopeRead, apikeys.ScopeEndpoints), "one of them is enough")
}

func TestNewRefuses(t *testing.T) {
	for want, try := range map[string]struct {
		tenant string
		scopes []string
	}{
		"the tenant has 0 bytes":                                   {"", []string{"read"}},
		"the tenant has 201 bytes":                                 {strings.Repeat("x", 201), []string{"read"}},
		"has no scopes; there are register, read":                  {"acme", nil},
		`no scope "endpoint" (did you mean endpoints?); there are`: {"acme", []string{"read", "endpoint"}},
	} {
		_, _, err := apikeys.New(try.tenant, try.scopes)
		require.ErrorContains(t, err, want)
	}
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	entry := func(id, more string) string {
		return "  - {id: " + id + ", tenant: acme, scopes: [read], sha256: " + more + "}\n"
	}
	for text, want := range map[string]string{
		"":                              "the file is empty",
		"kyes: []":                      "line 1: there is no key kyes; the keys here are keys",
		"keys:\n  - {id: a, secret: b}": "line 2: there is no key secret",
		"keys:\n  -":                    "entry 1 is empty",
		"keys:\n" + entry("A-1", sum):   `entry 1: the id "A-1" is not 1 to 32`,
		"keys:\n" + entry("a", sum[2:]): "key a: sha256 is not 64 hexadecimal digits",
		"keys:\n" + entry("a", strings.ToUpper(sum)):  "key a: sha256 is not 64 hexadecimal digits, small letters",
		"keys:\n" + entry("a", sum) + entry("a", sum): "entry 2: the id a stands there twice",
	} {
		path := filepath.Join(t.TempDir(), "keys.yaml")
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		_, err := apikeys.Open(path, quiet())
		require.ErrorContains(t, err, want, text)
		require.ErrorContains(t, err, path)
	}
	_, err := apikeys.Open(filepath.Join(t.TempDir(), "none.yaml"), quiet())
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A file that changes counts within a second, one that cannot be read not at
// all.
func TestChangedFile(t *testing.T) {
	first, text, path := made(t, "acme", apikeys.ScopeRead)
	second, secondText, secondPath := made(t, "other", apikeys.ScopeAdmin)
	replacement, err := os.ReadFile(secondPath)
	require.NoError(t, err)
	synctest.Test(t, func(t *testing.T) {
		var said strings.Builder
		keys, err := apikeys.Open(path, slog.New(slog.NewTextHandler(&said, nil)))
		require.NoError(t, err)
		var changes []apikeys.Change
		keys.OnChange(func(c apikeys.Change) { changes = append(changes, c) })

		require.NoError(t, os.WriteFile(path, []byte("keys: nonsense"), 0o600))
		<-time.After(time.Second)
		require.NotNil(t, keys.Find(text))
		require.Contains(t, said.String(), "the API keys stay as they were")
		require.NoError(t, os.Remove(path))
		<-time.After(time.Second)
		require.NotNil(t, keys.Find(text))

		require.NoError(t, os.WriteFile(path, replacement, 0o600))
		require.NotNil(t, keys.Find(text), "looked at a moment ago")
		<-time.After(time.Second)
		require.Nil(t, keys.Find(text))
		require.Equal(t, second, keys.Find(secondText))
		require.Contains(t, said.String(), `"API key added" audit=true key=`+second.ID+" tenant=other scopes=admin")
		require.Contains(t, said.String(), `"API key removed" audit=true key=`+first.ID+" tenant=acme scopes=read")
		require.Equal(t, []apikeys.Change{{apikeys.Added, *second}, {apikeys.Removed, *first}}, changes)
	})
}

func TestBootstrap(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "api-keys.yaml")
	text, err := apikeys.Bootstrap(path, "default")
	require.NoError(t, err)
	info, err := os.Stat(path)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o600), info.Mode().Perm())
	keys, err := apikeys.Open(path, quiet())
	require.NoError(t, err)
	require.Equal(t, "default", keys.Find(text).Tenant)
	require.True(t, keys.Find(text).Allows(apikeys.ScopeEndpoints))

	again, err := apikeys.Bootstrap(path, "default")
	require.NoError(t, err)
	require.Empty(t, again, "it is shown once")
	require.NotNil(t, keys.Find(text))

	_, err = apikeys.Bootstrap(filepath.Join(path, "file-as-folder"), "default")
	require.Error(t, err)
}

// A key that is added stands beside those before, with what people wrote there.
func TestAdd(t *testing.T) {
	first, firstText, path := made(t, "acme", apikeys.ScopeRead)
	entry, err := os.ReadFile(path)
	require.NoError(t, err)
	for name, before := range map[string]string{
		"as written": "# keys of March\n" + string(entry),
		"flow style": "# keys of March\nkeys: [{id: " + first.ID + ", tenant: acme, scopes: [read], sha256: " + first.SHA256 + "}]",
		"none yet":   "# keys of March\nkeys:\n",
	} {
		t.Run(name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(path, []byte(before), 0o600))
			key, text, err := apikeys.New("other", []string{apikeys.ScopeAdmin})
			require.NoError(t, err)
			require.NoError(t, apikeys.Add(path, key))
			keys, err := apikeys.Open(path, quiet())
			require.NoError(t, err)
			require.Equal(t, key, keys.Find(text))
			require.Equal(t, name != "none yet", keys.Find(firstText) != nil)
			after, err := os.ReadFile(path)
			require.NoError(t, err)
			require.Contains(t, string(after), "# keys of March")
		})
	}
	fresh := filepath.Join(t.TempDir(), "keys.yaml")
	require.NoError(t, apikeys.Add(fresh, first))
	keys, err := apikeys.Open(fresh, quiet())
	require.NoError(t, err)
	require.NotNil(t, keys.Find(firstText))

	link := filepath.Join(t.TempDir(), "link.yaml")
	require.NoError(t, os.Symlink(fresh, link))
	require.NoError(t, os.Chmod(fresh, 0o640))
	second, secondText, _ := made(t, "acme", apikeys.ScopeRead)
	require.NoError(t, apikeys.Add(link, second))
	info, err := os.Lstat(fresh)
	require.NoError(t, err)
	require.Equal(t, os.FileMode(0o640), info.Mode(), "whoever could read it still can")
	keys, err = apikeys.Open(fresh, quiet())
	require.NoError(t, err)
	require.NotNil(t, keys.Find(secondText), "a link leads to it as before")

	require.NoError(t, os.WriteFile(path, []byte("kyes: []"), 0o600))
	require.ErrorContains(t, apikeys.Add(path, first), "no key kyes")
}
