"""Which column is the id: headers of vendors and public databases, with what stands below them."""

from pathlib import Path

import pytest

from chem.errors import InputError
from chem.library.read import Library, open_library
from screening.select.lists import _read_ids

SMILES = ("CCO", "CCN", "CCS", "CCCl")


def table(folder: Path, header: str, *rows: str) -> Library:
    """Write a table; a row without a SMILES gets one in place of its ``*``."""
    lines = [row.replace("*", SMILES[n % 4]) for n, row in enumerate(rows)]
    path = folder / "a.csv"
    path.write_text("\n".join([header, *lines]))
    return open_library(path)


@pytest.mark.parametrize(
    ("header", "row", "smiles", "key", "name"),
    [
        ("Cat. No.,Product Name,CAS No.,SMILES", "H{n},a{n},1-1-{n},*", 3, 0, 1),
        ("Cat No,Item Name,CAS Number,SMILES", "H{n},a{n},1-1-{n},*", 3, 0, 1),
        ("Cat,Item Name,CAS Number,SMILES", "S{n},a{n},1-1-{n},*", 3, 0, 1),
        ("Catalog Number,Chemical Name,CAS,Smiles", "S{n},a{n},1-1-{n},*", 3, 0, 1),
        ("CatalogNumber,SMILES,CASRN", "S{n},*,1-1-{n}", 1, 0, None),
        ("CatalogId,SMILES,PlateID,Well", "Z{n},*,P1,A{n}", 1, 0, None),
        ("Catalog_ID,SMILES", "Z{n},*", 1, 0, None),
        ("Catalogue #,canonical SMILES", "Z{n},*", 1, 0, None),
        ("SMILES_CANONICAL,MOLPORTID,PRICERANGE_1MG", "*,MolPort-{n},50 - 100", 0, 1, None),
        ("SMILES,Molport Id,Verified Amount", "*,MolPort-{n},5", 0, 1, None),
        ("smiles,ZINC_ID,mwt", "*,ZINC{n},300.5", 0, 1, None),
        ("IDNUMBER,Structure,Purity", "AA-{n},*,95", 1, 0, None),
        ("Item Number,SMILES (parent),Synonym", "1{n},*,x{n}", 1, 0, 2),
        ("Item No.,isosmiles", "1{n},*", 1, 0, None),
        ("Product No,Product Name,SMILES", "T{n},a{n},*", 2, 0, 1),
        ("Product ID,SMILES", "T{n},*", 1, 0, None),
        ("Product Code,SMILES", "T{n},*", 1, 0, None),
        ("Vendor ID,Vendor,SMILES", "V{n},Acme,*", 2, 0, None),
        ("SupplierID,Supplier,SMILES", "V{n},Acme,*", 2, 0, None),
        ("Molecule,SMILES,MW", "a{n},*,1", 1, 0, None),
        ("Supplier,Supplier Catalog Number,Structure (SMILES)", "A,S{n},*", 2, 1, None),
        ("index,smiles,name", "{n},*,a{n}", 1, 2, 2),
        ("SKU,SMILES,Price", "V{n},*,5", 1, 0, None),
        ("Artikel-Nr.,Bezeichnung,SMILES", "V{n},a{n},*", 2, 0, 1),
        ("Compound No,CompoundName,SMILES", "7{n},a{n},*", 2, 0, 1),
        ("CompoundName,SMILES", "a{n},*", 1, 0, 0),
        ("BRD,pert_iname,SMILES,InChIKey", "BRD-{n},a{n},*,K{n}", 2, 0, 1),
        ("broad_id,SMILES,InChIKey", "BRD-{n},*,K{n}", 1, 0, None),
        ("NSC,CAS_RN,smiles", "7{n},1-1-{n},*", 2, 0, None),
        ("UNII,PREFERRED_NAME,SMILES", "U{n},a{n},*", 2, 0, 1),
        ("DTXSID,PREFERRED NAME,CASRN,SMILES", "DTX{n},a{n},1-1-{n},*", 3, 0, 1),
        ("ChEMBL ID,Name,Smiles", "CHEMBL{n},a{n},*", 2, 0, 1),
        ("Molecule ChEMBL ID,Molecule Name,Smiles", "CHEMBL{n},a{n},*", 2, 0, 1),
        ("PUBCHEM_COMPOUND_CID,PUBCHEM_OPENEYE_CAN_SMILES", "1{n},*", 1, 0, None),
        ("PUBCHEM_SUBSTANCE_ID,PUBCHEM_EXT_DATASOURCE_SMILES", "1{n},*", 1, 0, None),
        ("PUBCHEM_SMILES,PUBCHEM_EXT_DATASOURCE_REGID", "*,00{n}", 0, 1, None),
        ("ID,Catalog No.,SMILES", "{n},S{n},*", 2, 1, None),
        ("CAS,SMILES,Name,Plate", "5{n}-78-2,*,a{n},P1", 1, 0, 2),
        ("InChIKey,SMILES", "K{n},*", 1, 0, None),
        ("InChIKey,SMILES,Name", "K{n},*,a{n}", 1, 2, 2),
        ("Asinex_ID,SMILES,Plate ID,Well ID", "A{n},*,P{n},W{n}", 1, 0, None),
        ("ID ASINEX,SMILES", "A{n},*", 1, 0, None),
        ("Prestwick number,SMILES,target_id", "P{n},*,T{n}", 1, 0, None),
        ("Ligand SMILES,BindingDB MonomerID", "*,7{n}", 0, 1, None),
        ("BindingDB Reactant_set_id,Ligand SMILES,PubChem SID", "5{n},*,8{n}", 1, 2, None),
        ("OSM Code,SMILES,InChI Key", "OSM-S-{n},*,K{n}", 1, 0, None),
        ("CDD Number,SMILES,Molecule Name", "CDD-{n},*,a{n}", 1, 0, 2),
        ("IDNUMBER,formula,Smile", "F{n}-0001,C,*", 2, 0, None),
        ("Verbindung,SMILES,IC50", "V{n},*,5", 1, 0, None),
        ("Bestellnr,Bezeichnung,SMILES", "B{n},a{n},*", 2, 0, 1),
        ("Substanz-Nr.,Name,Struktur", "V{n},a{n},*", 2, 0, 1),
        ("Code produit,Nom du produit,SMILES", "V{n},a{n},*", 2, 0, 1),
        ("N° CAS,N° catalogue,SMILES", "1-1-{n},V{n},*", 2, 1, None),
        ("Código,Nombre,SMILES", "V{n},a{n},*", 2, 0, 1),
        ("化合物番号,化合物名,SMILES", "V{n},a{n},*", 2, 0, 1),
        ("货号,名称,SMILES", "V{n},a{n},*", 2, 0, 1),
        ("Supplier,Supplier Ref,CAS,SMILES", "A,S{n},1-1-{n},*", 3, 1, None),
        ("S.No,Inhibitor,SMILES", "{n},a{n},*", 2, 1, 1),
        ("Inhibitor,SMILES", "1,*", 1, None, None),
        ("Entity,SMILES,Project", "CMP{n},*,x", 1, 0, 0),
        ("Drug,SMILES,Product", "a{n},*,kinase inhibitor", 1, 0, 0),
        ("Unnamed: 0,SMILES,y", "rs{n}x,*,5", 1, 0, None),
        ("Unnamed: 0,SMILES,y", "3{n},*,5", 1, None, None),
        ("smiles,MW,logP", "*,30{n}.5,1.{n}", 0, None, None),
        ("NLME_RESULT_ID,NLME_CURVE_ID,DRUG_ID,DRUG_NAME,SMILES", "1,9{n},1{n},a{n},*", 4, 2, 3),
        ("Result ID,Drug,SMILES", "R{n},a{n},*", 2, 1, 1),
        ("Salt ID,Parent ID,SMILES", "S{n},P{n},*", 2, None, None),
        ("Quote No,PO Number,Item,SMILES", "Q{n},4{n},a{n},*", 3, 2, 2),
        ("Lfd. Nr.,Substanz,Chargen-Nr.,SMILES", "{n},S{n},C{n},*", 3, 1, 1),
        ("Reference,Ligand Name,SMILES", "J. Chem.,a{n},*", 2, 1, 1),
        ("Supplier,Product ID,Product Name,SMILES", "A,kit,a{n},*", 3, 2, 2),
        ("Structure,Batch Molecule ID,Reg Date", "*,AB-{n}-1,2020", 0, 1, None),
        ("Barcode,Well,Compound barcode,SMILES", "P1,A{n},V{n},*", 3, 2, None),
        ("s_m_title,s_m_entry_id,SMILES,r_i_docking_score", "a{n},{n},*,-8.{n}", 2, 0, 0),
        ("s_sd_Compound\\_ID,s_m_title,SMILES", "C{n},lig,*", 2, 0, 1),
        ("Codice articolo,Nome prodotto,SMILES", "A{n},a{n},*", 2, 0, 1),
        ("Artikelnummer,Productnaam,SMILES", "A{n},a{n},*", 2, 0, 1),
        ("Löpnr,Ämne,SMILES", "{n},a{n},*", 2, 1, 1),
        ("smiles,Plate ID,Batch No", "*,P{n},B{n}", 0, None, None),
    ],
)
def test_headers(
    tmp_path: Path, header: str, row: str, smiles: int, key: int | None, name: int | None
) -> None:
    found = table(tmp_path, header, *(row.replace("{n}", str(n)) for n in range(1, 9)))
    names = header.split(",")
    assert found.smiles_column == names[smiles]
    assert found.id_column == (None if key is None else names[key])
    assert found.name_column == (None if name is None else names[name])
    first = next(iter(found))
    assert first.compound_id == ("row1" if key is None else row.replace("{n}", "1").split(",")[key])
    assert any(("rows are numbered" in note) == (key is None) for note in found.notes)


def test_numbers_of_substances_that_repeat_are_no_ids(tmp_path: Path) -> None:
    found = table(tmp_path, "CAS No,SMILES", "1-1-1,*", "1-1-1,*", "N/A,*")
    assert (found.id_column, [record.compound_id for record in found][2]) == (None, "row3")
    found = table(tmp_path, "CAS No,SMILES,Colour", "1-1-1,*,x", "N/A,*,y", "2-2-2,*,z")
    assert found.id_column is None
    found = table(tmp_path, "CAS No,Product Name,SMILES", "1-1-1,x,*", "N/A,y,*", "2-2-2,z,*")
    assert [record.compound_id for record in found] == ["x", "y", "z"]


@pytest.mark.parametrize("word", ["N/A", "n/a", "#N/A", "-", "none", "NULL", " N/A ", "", "\0"])
def test_a_word_for_nothing_is_no_id(tmp_path: Path, word: str) -> None:
    found = table(tmp_path, "Cat No,SMILES", "S1,*", f"{word},*", "S3,*")
    assert [record.compound_id for record in found] == ["S1", "row2", "S3"]
    assert "1, called row<N>" in "".join(found.counted)


def test_a_repeated_na_is_no_id_and_one_may_be(tmp_path: Path) -> None:
    found = table(tmp_path, "id,smiles", "NA,*", "K,*", "Na,*")
    assert [record.compound_id for record in found] == ["row1", "K", "row3"]
    found = table(tmp_path, "id,smiles", "NA,*", "K,*")
    assert [record.compound_id for record in found] == ["NA", "K"]


def test_the_filled_one_of_two_id_columns(tmp_path: Path) -> None:
    rows = [f"{'C7' if n == 7 else ''},S{n},*" for n in range(20)]
    found = table(tmp_path, "Compound ID,Catalog No,SMILES", *rows)
    assert [record.compound_id for record in found] == [f"S{n}" for n in range(20)]
    rows = [f"{'C7' if n == 7 else ''},S{n},*" for n in range(20)]
    found = table(tmp_path, "ID,id,SMILES", *rows)
    assert found.id_column == "id"
    rows = [f"{'C7' if n == 7 else ''},S{n},*" for n in range(20)]
    found = table(tmp_path, "Compound ID,Name,SMILES", *rows)
    assert found.id_column == "Name"


def test_a_half_empty_column_is_no_id_beside_full_names(tmp_path: Path) -> None:
    header = "Ligand SMILES,BindingDB MonomerID,BindingDB Ligand Name,PubChem CID"
    rows = [f"*,,a{n},{n if n % 2 else ''}" for n in range(20)]
    assert table(tmp_path, header, *rows).id_column == "BindingDB Ligand Name"
    rows = [f"*,{n // 4},a{n},{n if n % 2 else ''}" for n in range(20)]  # of measurements
    assert table(tmp_path, header, *rows).id_column == "BindingDB MonomerID"


def test_two_equal_columns_are_asked_about_only_if_they_differ(tmp_path: Path) -> None:
    assert table(tmp_path, "ID,id,SMILES", "A,A,*", "B,B,*").id_column == "ID"
    with pytest.raises(InputError, match="--id-column"):
        table(tmp_path, "ID,id,SMILES", "A,C,*", "B,D,*")
    found = table(tmp_path, "SMILES,smiles,id", "CCO,CCO,1", "CC,CC,2")
    assert found.smiles_column == "SMILES"


@pytest.mark.parametrize(
    ("header", "rows", "expected"),
    [
        ("canonical_smiles,isomeric_smiles", ("CC(N)O,C[C@H](N)O",), "isomeric_smiles"),
        ("smiles,isomeric_smiles", ("CC(N)O,C[C@H](N)O", "CCO,CCO"), "isomeric_smiles"),
        ("smiles,canonical_smiles", ("C[C@H](N)O,CC(N)O",), "smiles"),
        ("structure,Canonical SMILES", ("a.png,CCO", "b.png,CCN"), "Canonical SMILES"),
        ("mol,smiles_code", ("mol1,CCO", "mol2,CCN"), "smiles_code"),
        ("smiles,openeye_can_smiles", (",CCO", ",CCN"), "openeye_can_smiles"),
    ],
)
def test_the_smiles_that_say_most(
    tmp_path: Path, header: str, rows: tuple[str, ...], expected: str
) -> None:
    found = table(tmp_path, header, *rows)
    assert found.smiles_column == expected
    assert any(expected in note for note in found.notes)


def test_lists_of_ids_know_the_same_names(tmp_path: Path) -> None:
    path = tmp_path / "tested.csv"
    path.write_text("Cat. No.,Result\nS1,1\nN/A,2\nS2,3\n")
    assert _read_ids(path) == ("Cat. No.", ("S1", "S2"))
    path.write_text("Cat. No.,Remark\nS1,see SMILES\nS2,no structure\n")
    assert _read_ids(path) == ("Cat. No.", ("S1", "S2"))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "CCOc1ccccc1,Z1\nCN,Z2\n", ["first line", "name,smiles"]),
        ("a.csv", "Drug,Y\nCCOc1ccccc1,1\nCCOc1ccncc1,2\n", ['--smiles-column "Drug"']),
        ("a.csv", "a,b\n1,2\n", ["no SMILES column among 'a', 'b'", "--smiles-column"]),
        ("a.csv", "salt SMILES,free SMILES\nC,C\n", ["'salt SMILES' and 'free SMILES'"]),
        ("a.xlsx", "PK", ["expected one of", "save the sheet as CSV"]),
        ("a.csv.bz2", "BZh9", ["found .bz2", "unpack it"]),
        ("a.sdf.xz", "\xfd7zXZ", ["found .xz", "unpack it"]),
        ("a.zip", "PK\x03\x04", ["found .zip", "unpack it"]),
        ("a.mol2", "x", ["found .mol2", "save it as .sdf"]),
        ("a.csv", "PK\x03\x04...", ["zip archive or an Excel workbook", "save it as CSV"]),
        ("a.smi", "BZh91AY", ["bzip2 data"]),
    ],
)
def test_a_refusal_says_what_helps(tmp_path: Path, name: str, text: str, words: list[str]) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError) as caught:
        open_library(path)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.smi", "A1 CCOc1ccncc1\nA2 CCOc1ccccc1\n", "second column"),
        ("a.smi", "X-1\tCCOc1ccncc1\nX-2\tCCOc1ccccc1\n", "second column"),
        ("a.smi", "CCO,Z1\nCN,Z2\n", "separated by commas"),
        ("a.csv", "smiles,id\nphenetole,1\ngefitinib,2\n", "--smiles-column names another"),
        ("a.csv", "ID,SMILES,Name\n1,CCO,a,b\n2,CN,c,d\n", ""),
        ("a.smi", "C1CC(\nC1CC(\n", ""),
    ],
)
def test_a_hint_is_given_where_it_can_help(
    tmp_path: Path, name: str, text: str, words: str
) -> None:
    path = tmp_path / name
    path.write_text(text)
    hint = open_library(path).hint
    assert words in hint
    assert bool(words) == bool(hint)


@pytest.mark.parametrize("cell", ["1.0E+05", "1,2E+9", "2-Mar", "01. Mai", "12-Dec-24", "#####"])
def test_ids_that_a_spreadsheet_altered_are_told(cell: str, tmp_path: Path) -> None:
    found = table(tmp_path, "Compound ID,SMILES", f'"{cell}",*', "C2,*", "C3,*")
    assert next(iter(found)).compound_id == cell
    assert any(f"1 such as {cell!r}, into which a spreadsheet" in note for note in found.notes)
    plain = table(tmp_path, "Compound ID,SMILES", "1E5-1,*", "Mar-1-x,*", "E+5,*")
    assert not any("spreadsheet" in note for note in plain.notes)


@pytest.mark.parametrize("drawn", ["", "<image>", "fHf1A@", "1"])
@pytest.mark.parametrize("header", ["Structure,SMILES_moe,ID", "mol,Kekule SMILES,ID"])
def test_a_drawing_beside_the_smiles(header: str, drawn: str, tmp_path: Path) -> None:
    found = table(tmp_path, header, *(f"{drawn},*,Z{n}" for n in range(6)))
    assert found.smiles_column == header.split(",")[1]
    assert [record.problem for record in found] == [None] * 6
    with pytest.raises(InputError, match="--smiles-column"):
        table(tmp_path, header.replace("ID", "SMILES of salt"), *(f"{drawn},*,*" for _ in range(6)))


@pytest.mark.parametrize(
    ("header", "row", "option"),
    [
        ("ID,SMILES,SMILES", "Z{n},*,CC*", "--smiles-column"),
        ("ID,Smiles,SMILES ", "Z{n},*,CC*", "--smiles-column"),
        ("Compound ID,SMILES,Compound ID", "A{n},*,B{n}", "--id-column"),
        ("Name,SMILES,Name", "a{n},*,b{n}", "--name-column"),
    ],
)
def test_two_columns_of_the_same_name_are_the_users_to_choose(
    header: str, row: str, option: str, tmp_path: Path
) -> None:
    rows = [row.replace("{n}", str(n)) for n in range(4, 8)]
    with pytest.raises(InputError, match=f"match equally; choose one with {option}"):
        table(tmp_path, header, *rows)
    same = [row.replace("CC*", "*").replace("B{n}", "A{n}").replace("b{n}", "a{n}") for _ in rows]
    found = table(tmp_path, header, *(text.replace("{n}", str(n)) for n, text in enumerate(same)))
    assert found.smiles_column is not None
    assert found.smiles_column.lower() == "smiles"
