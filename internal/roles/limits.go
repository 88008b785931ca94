package roles

import (
	"fmt"
	"os"

	"waybill/pipeline/quotas"
)

// readLimits reads the file of quotas, nil for none. The error names the file.
func readLimits(path string) (*quotas.Limits, error) {
	if path == "" {
		return nil, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the quotas (--quotas): %w", err)
	}
	limits, err := quotas.ParseLimits(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return limits, nil
}
