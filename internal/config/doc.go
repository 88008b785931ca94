// Package config holds every setting of Waybill and reads them from one YAML
// file, then the environment (WAYBILL_...), then flags; the last wins. One
// library, kong, does all three.
//
// It may import nothing else of Waybill. Start reading at Settings.
package config
