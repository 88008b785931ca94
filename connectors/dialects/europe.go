package dialects

// carriersOfEurope are the dialects of carriers in Europe.
func carriersOfEurope() []*Dialect {
	return []*Dialect{dhlExpress, myDHL, dhlParcelDE, dhlUniversal, dhlPoland, royalMail, gls, bpost, hermes, chronopost, laPoste}
}
