"""People at points: tables and layers as they come, and those that must be refused, with their row."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from ekistics.core.crs import MOLLWEIDE
from ekistics.core.errors import InputFormatError, InvalidValueError, MissingInputError, UnknownNameError
from ekistics.readers.population import read_population_points

TABLE = "id,lon,lat,population,women\na,-51.2,-30.0,10,6\nb,-51.1,-30.1,0,0\n"


@pytest.fixture
def table(tmp_path):
    def _table(text=TABLE, name="people.csv", encoding="utf-8"):
        (tmp_path / name).write_text(text, encoding=encoding)
        return tmp_path / name
    return _table


def test_a_table_gives_points_people_and_groups(table):
    got = read_population_points(table(), groups=["women"], stated={"producer": "IBGE"}, time_period="2010")
    assert got.frame.columns.tolist() == ["id", "lon", "lat", "population", "women"]
    assert got.frame["id"].tolist() == ["a", "b"]
    values = got.frame[["lon", "lat", "population", "women"]].to_numpy().tolist()
    assert values == [[-51.2, -30.0, 10, 6], [-51.1, -30.1, 0, 0]]
    assert (got.provenance.producer, got.provenance.time_period, got.time_period) == ("IBGE", "2010", "2010")
    assert got.missing == 0


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_separator_and_the_byte_order_mark_do_not_matter(table, separator, encoding):
    got = read_population_points(table(TABLE.replace(",", separator), encoding=encoding))
    assert got.frame["population"].tolist() == [10, 0]


def test_a_parquet_table_is_read(tmp_path):
    pd.DataFrame({"x": [1.0, 2.0], "y": [3.0, 4.0], "n": [5, None]}).to_parquet(tmp_path / "p.parquet")
    got = read_population_points(tmp_path / "p.parquet", value="n", lon="x", lat="y")
    assert got.frame["id"].tolist() == ["1", "2"]
    np.testing.assert_array_equal(got.frame["population"], [5, np.nan])
    assert got.missing == 1


@pytest.mark.parametrize("blank", ["", "NA", "NaN", "null", " "])
def test_missing_people_stay_missing_and_are_counted(table, blank):
    got = read_population_points(table(TABLE.replace(",10,6", f",{blank},6")))
    assert np.isnan(got.frame["population"].iloc[0])
    assert got.missing == 1


def test_eastings_and_northings_are_taken_with_their_crs(table):
    got = read_population_points(table("lon,lat,population\n500000,6650000,3\n"), crs="EPSG:32722")
    assert got.frame["lon"].iloc[0] == pytest.approx(-51.0)
    assert got.frame["lat"].iloc[0] == pytest.approx(-30.28, abs=0.01)


@pytest.mark.parametrize(("spoilt", "says"), [
    (TABLE.replace(",10,", ",-1,"), r"people\.csv, row 2: .*'population' is negative.*-1"),
    (TABLE.replace("0,0\n", "inf,0\n"), r"row 3: .*'population' is infinite"),
    (TABLE.replace(",10,", ",ten,"), r"row 2: .*'population' is not a number.*ten"),
    (TABLE.replace(",10,", ",1 000,"), r"row 2: .*not a number.*1 000"),
    (TABLE.replace("-51.1", ""), r"row 3: The place of the point is missing"),
    (TABLE.replace("-30.0", "6650000"), r"row 2: The place .*not on the Earth"),
    (TABLE.replace("b,", "a,"), r"row 3: The id comes twice.*a"),
    (TABLE.replace("b,", ","), r"row 3: The point has no id"),
])
def test_what_cannot_be_is_refused_with_its_row_in_the_file(table, spoilt, says):
    with pytest.raises(InvalidValueError, match=says):
        read_population_points(table(spoilt))


@pytest.mark.parametrize(("columns", "says"), [
    ({"value": "popluation"}, "Did you mean 'population'"), ({"lon": "long"}, "Did you mean 'lon'"),
    ({"groups": ["womn"]}, "Did you mean 'women'"), ({"id": "code"}, "no column 'code'"),
])
def test_a_missing_column_is_refused_with_the_nearest(table, columns, says):
    with pytest.raises(UnknownNameError, match=says):
        read_population_points(table(), **columns)


def test_files_that_are_no_tables_are_refused(table, tmp_path):
    with pytest.raises(MissingInputError):
        read_population_points(tmp_path / "none.csv")
    with pytest.raises(InputFormatError, match="no rows"):
        read_population_points(table("id,lon,lat,population\n"))
    with pytest.raises(InputFormatError, match="cannot be read"):
        read_population_points(table(""))
    with pytest.raises(InputFormatError, match=r"\.docx"):
        read_population_points(table(name="people.docx"))
    (tmp_path / "latin.csv").write_bytes("id,lon,lat,population\nSão,1,2,3\n".encode("latin-1"))
    with pytest.raises(InputFormatError, match="UTF-8"):
        read_population_points(tmp_path / "latin.csv")
    (tmp_path / "p.parquet").write_bytes(b"PAR1 no")
    with pytest.raises(InputFormatError, match="Parquet"):
        read_population_points(tmp_path / "p.parquet")


@pytest.mark.parametrize("ending", ["gpkg", "parquet"])
def test_polygons_stand_at_a_point_inside(tmp_path, ending):
    horseshoe = shapely.box(0, 0, 3000, 3000) - shapely.box(1000, 0, 2000, 2500)
    frame = gpd.GeoDataFrame({"id": ["u"], "population": [9]}, geometry=[horseshoe], crs=MOLLWEIDE)
    path = tmp_path / f"p.{ending}"
    frame.to_file(path) if ending == "gpkg" else frame.to_parquet(path)
    got = read_population_points(path).frame
    assert (got["id"].tolist(), got["population"].tolist()) == (["u"], [9])
    point = gpd.GeoSeries(gpd.points_from_xy(got["lon"], got["lat"]), crs=4326).to_crs(MOLLWEIDE)
    assert point.within(horseshoe).all()


def test_porto_alegre_has_its_known_people(shared_data):
    got = read_population_points(shared_data("portoalegre-r5r/poa/poa_hexgrid.csv"))
    assert (len(got.frame), got.frame["population"].sum(), got.missing) == (1227, 812_935, 0)
