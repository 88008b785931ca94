package listing

import (
	"testing"

	"github.com/stretchr/testify/require"
)

type place struct {
	AtMS int64  `json:"t"`
	ID   string `json:"i"`
}

func named(p *place) bool { return p.ID != "" }

func TestCursor(t *testing.T) {
	want := place{-1, `a"+/é`}
	text := Cursor(want)
	require.Regexp(t, `^[A-Za-z0-9_-]+$`, text, "it goes into URLs as it is")
	got, err := ReadCursor(text, named)
	require.NoError(t, err)
	require.Equal(t, want, got)
	for name, broken := range map[string]string{
		"no base64": "%", "no JSON": "AAAA", "cut off": text[:len(text)-2], "an empty place": Cursor(place{}), "another type": Cursor([]int{1}),
	} {
		_, err := ReadCursor(broken, named)
		require.EqualError(t, err, "after: it is no cursor; take it from the page before, unchanged", name)
	}
}

func TestLimit(t *testing.T) {
	for asked, want := range map[int]int{0: DefaultLimit, 1: 1, MaxLimit: MaxLimit} {
		got, err := Limit(asked)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	for _, asked := range []int{-1, MaxLimit + 1} {
		_, err := Limit(asked)
		require.ErrorContains(t, err, "limit: it is ")
	}
}
